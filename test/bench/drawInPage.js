/**
 * Milliseconds from the first message to the first chart, and to all that are in sight. Evaluated in the page.
 *
 * @param json messages, in which a typed array is its kind and its numbers
 */
// biome-ignore lint/correctness/noUnusedVariables: page.ts calls it, as text
async function drawInPage(json) {
  const kinds = { Float32Array, Float64Array, Uint16Array }
  const messages = JSON.parse(json, (_, value) =>
    value?.kind in kinds ? kinds[value.kind].from(value.values) : value,
  )
  const frame = () => new Promise((done) => requestAnimationFrame(done))
  const inSight = () =>
    [...document.querySelectorAll('.canvas')].filter((box) => {
      const { top, bottom, height } = box.getBoundingClientRect()
      return height > 0 && top < innerHeight && bottom > 0
    })
  // A chart that is drawn has given its canvas a size.
  const drawn = () => inSight().filter((box) => box.querySelector('canvas').style.display).length
  const start = performance.now()
  for (const message of messages) window.postMessage(message, '*')
  while (drawn() === 0) await frame()
  const first = performance.now() - start
  while (drawn() < inSight().length) await frame()
  return [first, performance.now() - start]
}
