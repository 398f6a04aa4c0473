const waiting = new Set<() => void>()

/**
 * Draws in a frame of its own, as soon as those that asked before have drawn: two charts of a thousand epochs do not
 * fit into one. What is asked for again meanwhile is drawn once.
 */
export function drawInTurn(draw: () => void): void {
  if (waiting.size === 0) requestAnimationFrame(drawNext)
  waiting.add(draw)
}

function drawNext(): void {
  const [draw] = waiting
  if (!draw) return
  waiting.delete(draw)
  // Asked for before the drawing, which may fail: the others shall not wait forever.
  if (waiting.size > 0) requestAnimationFrame(drawNext)
  draw()
}
