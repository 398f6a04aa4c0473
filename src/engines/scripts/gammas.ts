import type { Histogram } from '../../core/tensorboard/summary'
import type { GammaEvent } from '../../runs/events'

type Layer = GammaEvent['layers'][number]

/** Bins of a `gamma` event: 64 equal ones over [0, 2). */
const bins = 64
const largest = 2
const nearZero = 0.01

/** Tags under which the known scripts log BatchNorm's scale factors, e.g. `bn_weights/hist`. */
export function isGammaTag(tag: string): boolean {
  return (
    /gamma|(?:^|[^a-z])bn(?:[^a-z]|$)|batch_?norm/i.test(tag) && !/beta|bias|mean|var/i.test(tag)
  )
}

/**
 * A histogram of scale factors as a layer of a `gamma` event. Such scripts log the factors with their signs and with
 * buckets of their own: within a bucket they count as spread evenly.
 */
export function layerOf(name: string, histogram: Histogram): Layer {
  const pieces = absolutePieces(histogram)
  return {
    name,
    histogram: rebinned(pieces),
    nearZero: Math.round(below(pieces, nearZero)),
    quantiles: [0, 0.25, 0.5, 0.75, 1].map((share) =>
      quantile(pieces, share),
    ) as unknown as Layer['quantiles'],
  }
}

/** `count` factors whose sizes lie in [low, high]. */
type Piece = { readonly low: number; readonly high: number; readonly count: number }

/** Ascending by size. The first bucket begins at `min`, the last ends at `max`, whatever its limit. */
function absolutePieces({ min, max, limits, counts }: Histogram): readonly Piece[] {
  const pieces = counts.flatMap((count, i): Piece[] => {
    if (!(count > 0)) return []
    const low = Math.max(min, limits[i - 1] ?? min)
    const high = Math.max(low, Math.min(max, limits[i] ?? max))
    if (low >= 0) return [{ low, high, count }]
    if (high <= 0) return [{ low: Math.abs(high), high: -low, count }]
    const share = high / (high - low)
    return [
      { low: 0, high: -low, count: count * (1 - share) },
      { low: 0, high, count: count * share },
    ]
  })
  return pieces.sort((a, b) => a.low - b.low || a.high - b.high)
}

/** How many are smaller than `limit`. */
function below(pieces: readonly Piece[], limit: number): number {
  return pieces.reduce((sum, { low, high, count }) => {
    if (high < limit) return sum + count
    if (low >= limit) return sum
    return sum + (count * (limit - low)) / (high - low)
  }, 0)
}

/** Whole counts with the same sum: the largest remainders are rounded up. */
function rebinned(pieces: readonly Piece[]): number[] {
  const total = Math.round(pieces.reduce((sum, { count }) => sum + count, 0))
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i * largest) / bins)
  const sums = edges.map((edge, i) => (i === bins ? total : below(pieces, edge)))
  const exact = Array.from({ length: bins }, (_, i) => (sums[i + 1] ?? 0) - (sums[i] ?? 0))
  const whole = exact.map(Math.floor)
  const byRemainder = exact.map((value, i) => [value - Math.floor(value), i] as const)
  byRemainder.sort((a, b) => b[0] - a[0])
  const left = total - whole.reduce((sum, count) => sum + count, 0)
  for (const [, i] of byRemainder.slice(0, Math.max(0, left))) whole[i] = (whole[i] ?? 0) + 1
  return whole
}

/** The size that `share` of them do not exceed, by bisection: the pieces may overlap. */
function quantile(pieces: readonly Piece[], share: number): number {
  const total = pieces.reduce((sum, { count }) => sum + count, 0)
  let low = Math.min(...pieces.map((piece) => piece.low), Number.POSITIVE_INFINITY)
  let high = Math.max(...pieces.map((piece) => piece.high), 0)
  if (!Number.isFinite(low)) return 0
  if (share <= 0) return low
  if (share >= 1) return high
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (below(pieces, middle) < share * total) low = middle
    else high = middle
  }
  return (low + high) / 2
}
