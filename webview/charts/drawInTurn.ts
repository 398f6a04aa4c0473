/** Milliseconds of a frame that drawing may take; the browser needs the rest of 16 to put it on the screen. */
const shareMs = 8

const waiting = new Set<() => void>()

/** Draws as soon as it fits, in a frame or several: what is asked for again meanwhile is drawn once. */
export function drawInTurn(draw: () => void): void {
  if (waiting.size === 0) requestAnimationFrame(drawSome)
  waiting.add(draw)
}

function drawSome(): void {
  const end = performance.now() + shareMs
  for (const draw of waiting) {
    waiting.delete(draw)
    draw()
    if (performance.now() >= end) break
  }
  if (waiting.size > 0) requestAnimationFrame(drawSome)
}
