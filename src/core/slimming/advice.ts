import {
  futureRates,
  type GammaShot,
  gammasOf,
  measuredPace,
  type Pull,
  peakOf,
  pulledUpTo,
  quantileOf,
} from './shrinkPace'
import { budgetFor, type SrSchedule, scheduleFactors, shareFor } from './sparsity'

/** An epoch of sparse training, as its log tells it. */
export type AdviceEpoch = Pull & {
  /** null where the epoch was not evaluated. */
  readonly mAP: number | null
  /** Sum of the training losses; NaN where training has diverged. */
  readonly loss: number
}

export type AdviceInput = {
  /** Epochs that the training is to have. */
  readonly epochs: number
  /** Ascending, those that are over. */
  readonly past: readonly AdviceEpoch[]
  /** Ascending; not every epoch needs one. */
  readonly shots: readonly GammaShot[]
  readonly schedule: SrSchedule
  /** Share of channels that shall reach zero, 0 to 1. */
  readonly percent: number
  /** `--sr auto`: the penalty ends once the share is reached, the others recover. */
  readonly hold: boolean
  /** mAP of what the training began with. */
  readonly before?: number
  /**
   * Optimizer steps an epoch ÷ (1 − momentum): how far lr · sr = 1 moves a gamma in an epoch. Used until the gammas'
   * own movement tells.
   */
  readonly drive?: number
}

export type Verdict = 'early' | 'too-small' | 'too-large' | 'right' | 'watch'
export type AdviceReason =
  | 'few-epochs'
  | 'not-a-number'
  | 'diverging'
  | 'collapsed'
  | 'too-fast'
  | 'share-short'
  | 'too-few-steps'
  | 'still-falling'
  | 'held'
  | 'on-course'

/** Whether sr fits the training, with the numbers that say so. */
export type Advice = {
  readonly verdict: Verdict
  readonly reason: AdviceReason
  readonly target: number
  /** Share of channels near zero: now, and projected for the end of the last epoch. */
  readonly share: number
  readonly projected: number | null
  /** Epoch (counted from 0) after which the share is reached; null when it is not. */
  readonly reachedAt: number | null
  /** Where most gammas are, after the first epoch and now; it must move towards 0. */
  readonly peak: { readonly first: number; readonly now: number }
  readonly median: { readonly first: number; readonly now: number }
  /** Of mAP; `fall` is a share of `before`. */
  readonly accuracy: {
    readonly before: number
    readonly now: number
    readonly fall: number
  } | null
  /** Of the loss: the lower one of the last two epochs ÷ the lowest of all; null before the second epoch. */
  readonly lossGrowth: number | null
  /** Shrink budget B = Σ lr · sr / (1 − momentum): spent, at the end, and what the share needs. */
  readonly budget: { readonly spent: number; readonly end: number; readonly needed: number } | null
  readonly sr: number
  /** sr for the same training again; null where the present one fits or nothing can be said. */
  readonly suggested: number | null
}

/** Epochs before which nothing is said, and their share of a longer training. */
const fewEpochs = 3
const fewShare = 0.08
/** A projected share below this part of the target is too small. */
const shortPart = 0.8
/** mAP "may not fall much". */
const muchFall = 0.2
const collapse = 0.6
/**
 * A loss that has grown this many times above its lowest diverges. A model whose gammas fell so fast that it forgot
 * everything, as one that returns later, has four times the loss of the trained one, which is that of an untrained model
 * (recorded trainings in `test/golden/advice`, 3.9 and 4.0 times); twice that no forgetting explains.
 */
const muchGrowth = 8
/** Reached in this part of the training, a share was reached in a hurry. */
const hurry = 0.6

/**
 * The rule of thumb made concrete: mAP may not fall much, and the peak of the gammas must move towards 0 from epoch to
 * epoch. The gammas' own movement so far is carried on over the learning rates that are left, by the shrink budget's
 * model (`sparsity.ts`).
 */
export function adviseSr(input: AdviceInput): Advice {
  const outlook = project(input)
  const { verdict, reason } = judge(input, outlook)
  const { suggested } = outlook
  // Where training broke down for another reason, the budget may ask for more of what is called too large.
  const better =
    suggested !== null &&
    ((verdict === 'too-small' && suggested > 1.1 * outlook.sr) ||
      (verdict === 'too-large' && suggested < 0.9 * outlook.sr))
  return { verdict, reason, ...outlook, suggested: better ? suggested : null }
}

type Outlook = Omit<Advice, 'verdict' | 'reason'>

function project(input: AdviceInput): Outlook {
  const { past, shots, percent, schedule, epochs, hold } = input
  const [first, now] = [shots[0], shots.at(-1)]
  const sr = strengthAtStart(past, schedule, epochs)
  const common = {
    ...{ target: percent, sr, accuracy: accuracyOf(input) },
    lossGrowth: lossGrowthOf(past),
    peak: { first: first ? peakOf(first) : Number.NaN, now: now ? peakOf(now) : Number.NaN },
    median: {
      first: first ? quantileOf(first, 0.5) : Number.NaN,
      now: now ? quantileOf(now, 0.5) : Number.NaN,
    },
    share: now?.nearZero ?? 0,
  }
  const pace = measuredPace(shots, past) ?? input.drive
  if (!first || !now || pace === undefined) {
    return { ...common, projected: null, reachedAt: null, budget: null, suggested: null }
  }
  const factors = scheduleFactors(schedule, epochs)
  const latest = past.at(-1)
  // Strength 0 in sparse training says that the zeros are held.
  const strength = latest && latest.sr > 0 ? sr : 0
  const future = futureRates(past, epochs).map(
    (lr, i) => lr * strength * (factors[(latest?.epoch ?? 0) + 1 + i] ?? 1),
  )
  const { projected, reachedAt } = shareAhead(now, future, pace, percent, hold)
  const spent = pace * pulledUpTo(past, now.epoch)
  const end = spent + pace * future.reduce((a, b) => a + b, 0)
  // What the first epoch took is given back, so that a new training is reckoned from its start.
  const start = gammasOf(first, pace * pulledUpTo(past, first.epoch))
  const needed = budgetFor(start, percent)
  const held = hold && strength === 0
  return {
    ...common,
    projected,
    reachedAt: common.share >= percent ? firstReached(shots, percent) : reachedAt,
    budget: { spent, end, needed },
    suggested: end > 0 && !held ? Number(((sr * needed) / end).toPrecision(2)) : null,
  }
}

function shareAhead(
  now: GammaShot,
  future: readonly number[],
  pace: number,
  percent: number,
  hold: boolean,
): Pick<Advice, 'projected' | 'reachedAt'> {
  const gammas = gammasOf(now)
  let pulled = 0
  let reachedAt: number | null = null
  let projected = now.nearZero
  for (const [i, pull] of future.entries()) {
    pulled += pull * pace
    projected = Math.max(projected, shareFor(gammas, pulled))
    if (projected >= percent && reachedAt === null) {
      reachedAt = now.epoch + 1 + i
      if (hold) break
    }
  }
  return {
    projected: hold ? Math.min(projected, Math.max(percent, now.nearZero)) : projected,
    reachedAt,
  }
}

function judge(input: AdviceInput, outlook: Outlook): { verdict: Verdict; reason: AdviceReason } {
  const { past, epochs, percent, hold, shots } = input
  const latest = past.at(-1)
  if (latest && !Number.isFinite(latest.loss))
    return { verdict: 'too-large', reason: 'not-a-number' }
  const fall = outlook.accuracy?.fall ?? 0
  // While mAP holds, the loss of a model that fits its images all too well says little.
  if ((outlook.lossGrowth ?? 1) > muchGrowth && (!outlook.accuracy || fall > muchFall)) {
    return { verdict: 'too-large', reason: 'diverging' }
  }
  const few = Math.max(fewEpochs, Math.ceil(epochs * fewShare))
  const over = latest !== undefined && latest.epoch + 1 >= epochs
  if (!latest || shots.length === 0 || (past.length < few && !over) || outlook.projected === null) {
    return { verdict: 'early', reason: 'few-epochs' }
  }
  // In a warm-up both rate and momentum still rise, so that its pace is none to go by.
  const before = past.at(-2)
  const rising = before !== undefined && latest.lr > before.lr
  const { projected, reachedAt, share } = outlook
  const pulling = latest.sr > 0
  if (projected < shortPart * percent) {
    if (rising) return { verdict: 'early', reason: 'few-epochs' }
    return fall > muchFall
      ? { verdict: 'watch', reason: 'too-few-steps' }
      : { verdict: 'too-small', reason: 'share-short' }
  }
  if (hold) {
    if (pulling && !over) {
      return fall > muchFall
        ? { verdict: 'watch', reason: 'still-falling' }
        : { verdict: 'right', reason: 'on-course' }
    }
    // Held: what the shrinking cost has to come back by the end.
    if (fall <= muchFall) return { verdict: 'right', reason: 'held' }
    return over
      ? { verdict: 'too-large', reason: 'collapsed' }
      : { verdict: 'watch', reason: 'held' }
  }
  const early = reachedAt !== null && reachedAt + 1 < hurry * epochs
  if (fall > muchFall && early) return { verdict: 'too-large', reason: 'too-fast' }
  if (fall > collapse && share >= percent) return { verdict: 'too-large', reason: 'collapsed' }
  if (fall > muchFall) {
    return over
      ? { verdict: 'too-large', reason: 'collapsed' }
      : { verdict: 'watch', reason: 'still-falling' }
  }
  return { verdict: 'right', reason: 'on-course' }
}

/** sr before its schedule lowered it, that of now where a resume changed it; 0 where nothing was penalised. */
function strengthAtStart(past: readonly Pull[], schedule: SrSchedule, epochs: number): number {
  const factors = scheduleFactors(schedule, epochs)
  const pulling = past.findLast(({ sr }) => sr > 0)
  return pulling ? pulling.sr / (factors[pulling.epoch] ?? 1) : 0
}

function accuracyOf({ past, before }: AdviceInput): Advice['accuracy'] {
  const scores = past.flatMap(({ mAP }) => (mAP === null || Number.isNaN(mAP) ? [] : [mAP]))
  const reference = before ?? Math.max(...scores.slice(0, fewEpochs), 0)
  const latest = scores.slice(-2)
  if (latest.length === 0 || !(reference > 0)) return null
  const now = latest.reduce((a, b) => a + b, 0) / latest.length
  return { before: reference, now, fall: Math.max(0, 1 - now / reference) }
}

/** By two epochs, since a single one may be an outlier. */
function lossGrowthOf(past: readonly AdviceEpoch[]): number | null {
  const losses = past.flatMap(({ loss }) => (Number.isFinite(loss) ? [loss] : []))
  const lowest = Math.min(...losses)
  return losses.length > 1 && lowest > 0 ? Math.min(...losses.slice(-2)) / lowest : null
}

function firstReached(shots: readonly GammaShot[], percent: number): number | null {
  return shots.find(({ nearZero }) => nearZero >= percent)?.epoch ?? null
}
