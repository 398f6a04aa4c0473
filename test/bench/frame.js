/** Stands in for VS Code in the bench: the page lies in a frame, and what it is told comes from outside of it. */

globalThis.acquireVsCodeApi = () => ({
  getState: () => globalThis.benchState,
  setState() {},
  postMessage: (message) => parent.postMessage(message, '*'),
})

/**
 * Milliseconds until the page listens, from the first message until all charts in sight are drawn, and of the longest
 * pauses between two frames: at rest, which is what the browser itself makes of a frame, and with each further epoch.
 */
globalThis.openFrame = async () => {
  const messages = decode(await (await fetch('/messages')).arrayBuffer())
  const frame = document.createElement('iframe')
  frame.style = `border: 0; width: ${innerWidth}px; height: ${innerHeight}px`
  const begin = performance.now()
  frame.src = '/page'
  document.body.append(frame)
  await pageListens()
  const listens = performance.now() - begin
  // What the browser still does for the page that it has just loaded is no part of what follows.
  await new Promise((done) => requestIdleCallback(done))
  const first = performance.now()
  const page = frame.contentWindow
  for (const message of messages) page.postMessage(message, '*')
  // A chart that is drawn has given its canvas a size; those in sight are drawn together.
  while (!page.document.querySelector('.canvas canvas[style]')) await nextFrame()
  await nextFrame()
  const draws = performance.now() - first
  const missing = chartsInSight(page).filter((box) => !box.querySelector('canvas').style.display)
  if (missing.length > 0) throw new Error(`${missing.length} charts in sight are not drawn`)
  const rest = await longestPause(() => {})
  const pauses = []
  for (let i = 0; i < epochs; i++) {
    const more = decode(await (await fetch('/more')).arrayBuffer())
    const tell = () => {
      for (const message of more) page.postMessage(message, '*')
    }
    pauses.push(await longestPause(tell))
  }
  return { listens, draws, rest, pauses }
}

/** Epochs that come one after another while the page is open. */
const epochs = 5

/** Milliseconds of the longest pause between two frames, in the second after something was begun. */
async function longestPause(begin) {
  await new Promise((done) => requestIdleCallback(done))
  await nextFrame()
  let [longest, before] = [0, performance.now()]
  begin()
  for (const end = before + 1000; before < end; ) {
    await nextFrame()
    const now = performance.now()
    longest = Math.max(longest, now - before)
    before = now
  }
  return longest
}

const nextFrame = () => new Promise((done) => requestAnimationFrame(done))

function pageListens() {
  return new Promise((done, failed) => {
    addEventListener('message', ({ data: { type, text } }) => {
      if (type === 'ready') done()
      else if (type === 'trouble') failed(new Error(text))
    })
  })
}

function chartsInSight(page) {
  return [...page.document.querySelectorAll('.canvas')].filter((box) => {
    const { top, bottom, height } = box.getBoundingClientRect()
    return height > 0 && top < page.innerHeight && bottom > 0
  })
}

function decode(buffer) {
  const kinds = { Float32Array, Float64Array, Uint16Array }
  const length = new DataView(buffer).getUint32(0, true)
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length))
  return JSON.parse(text, (_, value) => {
    const kind = kinds[value?.kind]
    if (!kind) return value
    const from = 4 + length + value.at
    return new kind(buffer.slice(from, from + value.length * kind.BYTES_PER_ELEMENT))
  })
}
