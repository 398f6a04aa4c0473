import { budgetFor, type Gammas } from './sparsity'

/** Gammas after an epoch: abs(gamma) of all penalised channels in equal bins over [0, `range`). */
export type GammaShot = {
  readonly epoch: number
  readonly histogram: ArrayLike<number>
  /** Share below 0.01. */
  readonly nearZero: number
}

/** What an epoch pulled with: learning rate of the BN group and sr in force. */
export type Pull = { readonly epoch: number; readonly lr: number; readonly sr: number }

/** |gamma| that a histogram of `GammaShot` spans. */
export const shotRange = 2

/** The |gamma| below which a share of the channels lies, linear within a bin. */
export function quantileOf({ histogram, nearZero }: GammaShot, share: number): number {
  const counts = Array.from(histogram)
  const total = counts.reduce((a, b) => a + b, 0)
  if (share <= nearZero) return 0
  const width = shotRange / counts.length
  let below = 0
  for (const [bin, count] of counts.entries()) {
    if (count > 0 && below + count >= share * total) {
      return (bin + (share * total - below) / count) * width
    }
    below += count
  }
  return shotRange
}

/** The |gamma| that most channels have: the middle of the fullest bin; 0 where most are near zero. */
export function peakOf({ histogram, nearZero }: GammaShot): number {
  const counts = Array.from(histogram)
  const total = counts.reduce((a, b) => a + b, 0)
  const highest = counts.reduce((best, count, bin) => (count > (counts[best] ?? 0) ? bin : best), 0)
  if (nearZero * total >= (counts[highest] ?? 0)) return 0
  return (highest + 0.5) * (shotRange / counts.length)
}

/** A shot's channels as the shrink budget's model wants them; `raise` is added to those not near zero. */
export function gammasOf({ histogram, nearZero }: GammaShot, raise = 0): Gammas {
  const counts = Array.from(histogram)
  const near = nearZero * counts.reduce((a, b) => a + b, 0)
  return [
    { size: near, gamma: 0 },
    ...counts.map((count, bin) => ({
      size: bin === 0 ? Math.max(0, count - near) : count,
      gamma: (bin + 0.5) * (shotRange / counts.length) + raise,
    })),
  ]
}

/** Σ lr · sr of the epochs up to and with `epoch`: proportional to the shrink budget spent. */
export function pulledUpTo(pulls: readonly Pull[], epoch: number): number {
  return pulls.reduce((sum, pull) => sum + (pull.epoch <= epoch ? pull.lr * pull.sr : 0), 0)
}

/** Below this the bulk of the gammas has arrived, and its movement says nothing more. */
const arrived = 0.08
/** A movement of the median smaller than this is noise. */
const noticeable = 0.02
/** So far a median must have fallen to tell a pace to a few percent, a bin being 0.03 wide. */
const clear = 0.2
/** A share near zero from which on it tells the budget spent. */
const telling = 0.3

/**
 * How far a Σ lr · sr of 1 moves a gamma, from the gammas' own movement: optimizer steps an epoch, momentum and the
 * task's resistance are all in it. Undefined while they have moved too little to tell.
 *
 * By the median over the latest shots that show a clear movement, since the pace of a warm-up is not that of what
 * follows, and by the budget that the share near zero must
 * have taken: the one is late in a hurry, the other tells nothing before gammas arrive.
 */
export function measuredPace(
  shots: readonly GammaShot[],
  pulls: readonly Pull[],
): number | undefined {
  const moving = shots.filter((shot) => quantileOf(shot, 0.5) > arrived)
  const paces = [paceOver(latestClear(moving), pulls), paceByShare(shots, pulls)].filter(
    (pace) => pace !== undefined,
  )
  return paces.length > 0 ? Math.max(...paces) : undefined
}

function latestClear(shots: readonly GammaShot[]): readonly GammaShot[] {
  const last = shots.at(-1)
  if (!last) return shots
  const now = quantileOf(last, 0.5)
  const from = shots.findLastIndex((shot) => quantileOf(shot, 0.5) - now >= clear)
  return shots.slice(Math.max(0, from))
}

function paceOver(shots: readonly GammaShot[], pulls: readonly Pull[]): number | undefined {
  const [first, last] = [shots[0], shots.at(-1)]
  if (!first || !last || first === last) return undefined
  const fallen = quantileOf(first, 0.5) - quantileOf(last, 0.5)
  const pulled = pulledUpTo(pulls, last.epoch) - pulledUpTo(pulls, first.epoch)
  return fallen >= noticeable && pulled > 0 ? fallen / pulled : undefined
}

function paceByShare(shots: readonly GammaShot[], pulls: readonly Pull[]): number | undefined {
  const first = shots[0]
  const there = shots.find(({ nearZero }) => nearZero >= telling)
  if (!first || !there || there === first) return undefined
  const pulled = pulledUpTo(pulls, there.epoch) - pulledUpTo(pulls, first.epoch)
  return pulled > 0 ? budgetFor(gammasOf(first), there.nearZero) / pulled : undefined
}

/**
 * Learning rates of the epochs that are left. YOLOv5 lowers them linearly, which goes on as it went, or along a
 * cosine, whose rest is about as much as a straight line to a hundredth of the highest; a warm-up still under way is
 * taken for over.
 */
export function futureRates(pulls: readonly Pull[], epochs: number): number[] {
  const last = pulls.at(-1)
  if (!last) return []
  const left = Math.max(0, epochs - last.epoch - 1)
  const [a, b] = [pulls.at(-3)?.lr ?? Number.NaN, pulls.at(-2)?.lr ?? Number.NaN]
  const slope = last.lr - b
  const straight = slope < 0 && Math.abs(b - a - slope) < 0.02 * Math.abs(slope)
  const end = 0.01 * Math.max(...pulls.map(({ lr }) => lr))
  const step = straight ? slope : (end - last.lr) / Math.max(left, 1)
  return Array.from({ length: left }, (_, i) => Math.max(0, last.lr + step * (i + 1)))
}
