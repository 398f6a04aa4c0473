import type { Random } from '../data/random'

const restarts = 30
const settled = 1e-5

/**
 * Lloyd's algorithm on points of two coordinates, each scaled by its standard deviation; the best of 30 starts, as
 * `scipy.cluster.vq.kmeans` does it for utils/autoanchor.py.
 *
 * @param points x, y pairs, at least `count` of them
 */
export function kMeans(points: Float64Array, count: number, random: Random): [number, number][] {
  const [sx, sy] = [deviation(points, 0), deviation(points, 1)]
  const white = points.map((value, i) => value / (i % 2 === 0 ? sx : sy))
  let best: Float64Array | undefined
  let bestDistortion = Number.POSITIVE_INFINITY
  for (let restart = 0; restart < restarts; restart++) {
    const picks = random.sample(white.length / 2, count)
    const start = Float64Array.from(
      picks.flatMap((i) => [white[i * 2] as number, white[i * 2 + 1] as number]),
    )
    const { centres, distortion } = settle(white, start)
    if (distortion < bestDistortion) {
      best = centres
      bestDistortion = distortion
    }
  }
  const found = best ?? new Float64Array()
  return Array.from({ length: count }, (_, i) => [
    (found[i * 2] ?? 0) * sx,
    (found[i * 2 + 1] ?? 0) * sy,
  ])
}

/** Moves centres to the means of their points until that changes little. An empty one stays where it is. */
function settle(
  points: Float64Array,
  start: Float64Array,
): { readonly centres: Float64Array; readonly distortion: number } {
  const centres = start.slice()
  let before = Number.POSITIVE_INFINITY
  for (;;) {
    const sums = new Float64Array(centres.length)
    const counts = new Float64Array(centres.length / 2)
    let total = 0
    for (let at = 0; at < points.length; at += 2) {
      const x = points[at] as number
      const y = points[at + 1] as number
      let nearest = 0
      let least = Number.POSITIVE_INFINITY
      for (let c = 0; c < counts.length; c++) {
        const distance =
          (x - (centres[c * 2] as number)) ** 2 + (y - (centres[c * 2 + 1] as number)) ** 2
        if (distance < least) {
          nearest = c
          least = distance
        }
      }
      sums[nearest * 2] = (sums[nearest * 2] as number) + x
      sums[nearest * 2 + 1] = (sums[nearest * 2 + 1] as number) + y
      counts[nearest] = (counts[nearest] as number) + 1
      total += Math.sqrt(least)
    }
    const distortion = total / (points.length / 2)
    if (before - distortion < settled) return { centres, distortion }
    before = distortion
    for (let i = 0; i < centres.length; i++) {
      const n = counts[i >> 1] as number
      if (n > 0) centres[i] = (sums[i] as number) / n
    }
  }
}

function deviation(points: Float64Array, axis: 0 | 1): number {
  const values = points.filter((_, i) => i % 2 === axis)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return Math.sqrt(variance) || 1
}
