/** Levenshtein distance of two short words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/**
 * The known word that `word` was most likely meant to be: the same but for case, or at most a third of its
 * letters off. Undefined when nothing is near.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { readonly word: string; readonly d: number } | undefined
  for (const candidate of known) {
    const same = candidate.toLowerCase() === word.toLowerCase()
    const d = same ? 0 : distance(word, candidate)
    if (best === undefined || d < best.d) best = { word: candidate, d }
  }
  const limit = Math.max(1, Math.floor(word.length / 3))
  return best !== undefined && best.d <= limit ? best.word : undefined
}
