import * as l10n from '@vscode/l10n'
import { buildChannelGraph, type ChannelGraph } from './graph'
import type { ModuleNode } from './moduleTree'
import { scoreGroups } from './scores'
import type { TraceWarning } from './tracer'

export const regularizers = ['prox', 'l1'] as const
/**
 * `l1`: sr · sign(gamma) is added to the gradient (Liu et al., ICCV 2017). `prox`: gamma is soft-thresholded
 * after the step, which reaches zero exactly. In both, sr moves gamma by lr · sr / (1 − momentum) a step.
 */
export type Regularizer = (typeof regularizers)[number]

export const srSchedules = ['constant', 'linear'] as const
/** `linear` falls to a tenth over the epochs, as the known scripts do. */
export type SrSchedule = (typeof srSchedules)[number]

export type Sparsity = {
  readonly reg: Regularizer
  readonly sr: number | 'auto'
  readonly schedule: SrSchedule
  /** Share of prunable channels to be removed later, 0 to 1; `auto` aims at it. */
  readonly percent: number
  /**
   * Of a run that goes on: `hold` of its plan, as it was decided when it began. sr is what was chosen then, since the
   * gammas that it was chosen by are smaller now.
   */
  readonly hold?: number | null
}

/** What of the training decides how far a given sr moves the gammas. */
export type TrainingSchedule = {
  readonly epochs: number
  /** First epoch to be trained; above 0 where a run goes on. */
  readonly startEpoch: number
  /** Optimizer steps an epoch after warm-up (batches ÷ accumulation). */
  readonly stepsPerEpoch: number
  /** Learning rate of the BatchNorm group in each epoch, before warm-up is applied. */
  readonly lr: readonly number[]
  readonly warmupSteps: number
  /** Momentum of SGD, or beta1 of Adam. */
  readonly momentum: number
  readonly optimizer: 'SGD' | 'Adam' | 'AdamW'
  /**
   * Σ lr / (1 − momentum) over the optimizer steps of each epoch, `epochs` long, warm-up (of lr, momentum and
   * accumulation) included as train.py does it. Where it is known it is exact, and taken instead of the rest.
   */
  readonly drive?: readonly number[]
}

export type SparsityPlan = {
  readonly layers: readonly { readonly name: string; readonly channels: number }[]
  readonly excluded: readonly { readonly name: string; readonly reason: string }[]
  readonly warnings: readonly TraceWarning[]
  /** Strength in each epoch, `epochs` long; empty without sparsity. */
  readonly sr: readonly number[]
  /**
   * Share of the penalised gammas at zero at which the penalty ends: those stay at zero, the others are free for the
   * rest of the training. null: it lasts to the end.
   */
  readonly hold: number | null
  readonly explanation: string
}

/**
 * Which gammas a training penalises, how strongly in each epoch, and why. `auto` goes by the model's gammas where
 * their values can be read.
 */
export function planSparsity(
  model: ModuleNode,
  sparsity: Sparsity | null,
  schedule: TrainingSchedule,
): SparsityPlan {
  const graph = buildChannelGraph(model)
  const { norms, warnings } = graph
  const layers = norms.filter(({ prunable }) => prunable)
  const excluded = norms.flatMap(({ name, reason }) =>
    reason === undefined ? [] : [{ name, reason }],
  )
  const common = {
    layers: layers.map(({ name, channels }) => ({ name, channels })),
    excluded,
  }
  if (!sparsity) return { ...common, warnings, sr: [], hold: null, explanation: '' }
  const strength = chooseStrength(sparsity, schedule, prunableGammas(graph))
  return {
    ...common,
    warnings: [...warnings, ...strength.warnings],
    sr: scheduleFactors(sparsity.schedule, schedule.epochs).map((factor) => strength.sr * factor),
    hold: strength.hold,
    explanation: strength.explanation,
  }
}

/** Factor on sr in each epoch: 1, or falling linearly from 1 to 0.1. */
export function scheduleFactors(schedule: SrSchedule, epochs: number): number[] {
  return Array.from({ length: epochs }, (_, epoch) =>
    schedule === 'constant' ? 1 : 1 - (0.9 * epoch) / Math.max(epochs - 1, 1),
  )
}

/** Where YOLOv5's momentum starts in the warm-up (hyp `warmup_momentum`). */
const warmupMomentum = 0.8

/**
 * The shrink budget of sr = 1: how far a constant pull of strength 1 moves a gamma over the training from `startEpoch`
 * on, B(1) = Σ lr · factor / (1 − momentum), warm-up included. B is linear in sr. Counts only epochs before `end`.
 */
export function unitBudget(
  schedule: SrSchedule,
  training: TrainingSchedule,
  end = training.epochs,
): number {
  const factors = scheduleFactors(schedule, training.epochs)
  const { momentum, drive, startEpoch } = training
  if (drive?.length === training.epochs) {
    let sum = 0
    for (let epoch = startEpoch; epoch < end; epoch++) {
      sum += (drive[epoch] ?? 0) * (factors[epoch] ?? 1)
    }
    return sum
  }
  // Only SGD's momentum is warmed up; Adam's beta1 stands in its place from the start.
  const initial = training.optimizer === 'SGD' ? Math.min(warmupMomentum, momentum) : momentum
  let budget = 0
  let step = startEpoch * training.stepsPerEpoch
  for (let epoch = startEpoch; epoch < end; epoch++) {
    const lr = training.lr[epoch] ?? training.lr.at(-1) ?? 0
    for (let i = 0; i < training.stepsPerEpoch; i++, step++) {
      const warm = Math.min(1, (step + 1) / Math.max(training.warmupSteps, 1))
      const mu = initial + (momentum - initial) * warm
      budget += (lr * warm * (factors[epoch] ?? 1)) / (1 - mu)
    }
  }
  return budget
}

/**
 * Share of channels that a shrink budget of so many times their |gamma| has brought to zero: the task holds on to
 * some. Measured on YOLOv5n, v6.2, 160 px, 240 optimizer steps with gammas at 1 (prox: 11 % at 1.04, 74 % at 1.07,
 * 81 % at 1.10, 86 % at 1.15, 91 % at 1.25, while l1 has 80 % below 0.01 at 1.15); smoothed where it is steep,
 * since other tasks resist differently.
 */
const outcome: readonly (readonly [factor: number, share: number])[] = [
  [0, 0],
  [0.9, 0.02],
  [1.02, 0.2],
  [1.06, 0.5],
  [1.08, 0.74],
  [1.1, 0.8],
  [1.15, 0.86],
  [1.25, 0.91],
  [1.6, 0.97],
  [2.5, 1],
]

/** Twice the budget that zeroes nearly everything; at three times the accuracy was gone in the measurements. */
const excess = 2

/** Prunable channels as the penalty meets them: size of each group and its largest |gamma|. */
export type Gammas = readonly { readonly size: number; readonly gamma: number }[]

/** The share of channels expected at (prox) or near (l1) zero after a shrink budget. */
export function shareFor(gammas: Gammas, budget: number): number {
  let zero = 0
  let total = 0
  for (const { size, gamma } of gammas) {
    zero += size * (gamma > 0 ? interpolate(budget / gamma) : 1)
    total += size
  }
  return total === 0 ? 0 : zero / total
}

/** The budget after which a share of `percent` of the channels is expected at zero. */
export function budgetFor(gammas: Gammas, percent: number): number {
  let low = 0
  let high = 1
  while (shareFor(gammas, high) < percent && high < 1e6) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (shareFor(gammas, middle) < percent) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The outcome's share at a factor, linear between the measured points. */
function interpolate(factor: number): number {
  const next = outcome.findIndex(([at]) => at >= factor)
  const [x1, y1] = outcome[next] ?? [factor, 1]
  const [x0, y0] = outcome[next - 1] ?? [x1, y1]
  return x1 === x0 ? y1 : y0 + ((factor - x0) / (x1 - x0)) * (y1 - y0)
}

/** Groups of channels that may go; gammas count as 1, their initial value, where none are known. */
export function prunableGammas(graph: ChannelGraph): Gammas {
  const scores = scoreGroups(graph, 'gamma', 'max')
  return graph.groups.flatMap(({ fixed, members }, group) => {
    const score = scores[group] ?? Number.NaN
    return fixed === undefined
      ? [{ size: members.length, gamma: Number.isNaN(score) ? 1 : score }]
      : []
  })
}

/** How strong the penalty is, and what is to be expected of it. */
export type Strength = {
  readonly sr: number
  readonly hold: number | null
  readonly explanation: string
  readonly warnings: readonly TraceWarning[]
}

/** The strength that a training begins with: the one given, or, for `auto`, the one that fits its length. */
export function chooseStrength(
  { reg, sr, schedule, percent, hold }: Sparsity,
  training: TrainingSchedule,
  gammas: Gammas,
): Strength {
  if (hold !== undefined && sr !== 'auto') {
    return {
      sr,
      hold,
      explanation: l10n.t('sr {0}, as the run began.', Number(sr.toPrecision(3))),
      warnings: [],
    }
  }
  if (reg === 'l1' && training.optimizer !== 'SGD') return adamSubgradient(sr, training)
  const steps = stepsOf(training)
  const readiness = timeToAdapt(training)
  if (sr === 'auto' && reg === 'prox' && readiness >= 1) {
    return holdingStrength(schedule, percent, training, gammas)
  }
  const unit = unitBudget(schedule, training)
  const wanted = budgetFor(gammas, percent)
  const fitting = unit > 0 ? wanted / unit : 0
  if (sr === 'auto') {
    // In a training too short to adapt in, a proportional part of the way is better than a dead model.
    const part = Math.min(1, readiness)
    const explanation = l10n.t(
      'sr {0} was chosen: over {1} optimizer step(s) it gives a shrink budget of {2}, which is expected to bring {3} % of the gammas to zero.',
      (fitting * part).toPrecision(3),
      steps,
      (wanted * part).toFixed(2),
      Math.round(shareFor(gammas, wanted * part) * 100),
    )
    return { sr: fitting * part, hold: null, explanation, warnings: shortWarnings(training) }
  }
  const budget = sr * unit
  const expected = shareFor(gammas, budget)
  const explanation = l10n.t(
    'sr {0} over {1} optimizer step(s) gives a shrink budget of {2}: about {3} % of the gammas are expected at zero. For {4} % sr would be {5}.',
    sr,
    steps,
    budget.toFixed(2),
    Math.round(expected * 100),
    Math.round(percent * 100),
    fitting.toPrecision(3),
  )
  // No sr fits so few steps: advice on its size would mislead.
  if (readiness < 1) return { sr, hold: null, explanation, warnings: shortWarnings(training) }
  const excessive = budget > excess * budgetFor(gammas, 0.95)
  return {
    sr,
    hold: null,
    explanation,
    warnings: [
      ...(excessive ? [tooLarge(budget, percent, fitting)] : []),
      ...(expected < percent / 2 ? [tooSmall(expected, percent, fitting)] : []),
    ],
  }
}

/** Share of the epochs in which `auto` spends its budget; the rest recovers what the shrinking cost. */
const shrinkingShare = 0.4
/** Tied channels go only together, so somewhat more single gammas than channels must be zero. */
const tieMargin = 0.02

/**
 * Shrink early, then hold: while all gammas fall, accuracy falls with them, and what is left after the training
 * depends on how long the survivors can recover. The proximal step reaches exact zeros, so they can be counted.
 */
function holdingStrength(
  schedule: SrSchedule,
  percent: number,
  training: TrainingSchedule,
  gammas: Gammas,
): Strength {
  const { startEpoch } = training
  const epochs = training.epochs - startEpoch
  const shrinking = Math.max(1, Math.ceil(epochs * shrinkingShare))
  const unit = unitBudget(schedule, training, startEpoch + shrinking)
  const wanted = budgetFor(gammas, percent)
  const sr = unit > 0 ? wanted / unit : 0
  const explanation = l10n.t(
    'sr {0} was chosen: in the first {1} of {2} epochs it gives a shrink budget of {3}, which is expected to bring {4} % of the gammas to zero. Once they are there, they are held and the others left free to recover.',
    sr.toPrecision(3),
    shrinking,
    epochs,
    wanted.toFixed(2),
    Math.round(percent * 100),
  )
  return { sr, hold: Math.min(percent + tieMargin, 0.99), explanation, warnings: [] }
}

/** Below this many optimizer steps a model cannot follow its gammas down. */
const fewSteps = 100
/** The same, counted in steps at the full learning rate; a usual schedule has about half as many as there are steps. */
const fewFullSteps = 40

/**
 * Whether a training is long enough for the model to adapt while its gammas shrink: 1 and more if so. What shrinks them
 * is made independent of the learning rate by `sr`, what the model answers with is not: up to v6.1 the first 1000
 * iterations are warm-up, which may be all there are.
 */
function timeToAdapt(training: TrainingSchedule): number {
  return Math.min(stepsOf(training) / fewSteps, fullSteps(training) / fewFullSteps)
}

/** Optimizer steps that are to be made. */
const stepsOf = ({ epochs, startEpoch, stepsPerEpoch }: TrainingSchedule): number =>
  (epochs - startEpoch) * stepsPerEpoch

/** Optimizer steps at the full learning rate and momentum that move as far as the training's own. */
function fullSteps(training: TrainingSchedule): number {
  const fastest = Math.max(...training.lr, 0)
  if (fastest === 0) return 0
  return (unitBudget('constant', training) * (1 - training.momentum)) / fastest
}

function shortWarnings(training: TrainingSchedule): TraceWarning[] {
  if (timeToAdapt(training) >= 1) return []
  const steps = stepsOf(training)
  const text =
    steps < fewSteps
      ? l10n.t(
          'The training has {0} optimizer step(s) only: the model has no time to adapt while its gammas shrink, and will lose accuracy. Train for more epochs.',
          steps,
        )
      : l10n.t(
          'Most of the training is warm-up: its {0} optimizer step(s) move the model as far as {1} at the full learning rate, too little to adapt while its gammas shrink. Train for more epochs.',
          steps,
          Math.round(fullSteps(training)),
        )
  return [{ code: 'sparsity/few-steps', text }]
}

/** Adam divides a gradient by its own size, and the subgradient with it: sr hardly matters there. */
function adamSubgradient(sr: number | 'auto', training: TrainingSchedule): Strength {
  const text = l10n.t(
    'With {0} the subgradient (--reg l1) moves a gamma by up to the learning rate a step, whatever sr is. Use --reg prox, whose sr means the same with every optimizer.',
    training.optimizer,
  )
  const usual = 0.001
  return {
    sr: sr === 'auto' ? usual : sr,
    hold: null,
    explanation: text,
    warnings: [{ code: 'sparsity/l1-with-adam', text }],
  }
}

function tooLarge(budget: number, percent: number, fitting: number): TraceWarning {
  return {
    code: 'sparsity/sr-too-large',
    text: l10n.t(
      'This sr is likely to destroy the model: its shrink budget of {0} is far above what {1} % needs. Try --sr {2} or --sr auto.',
      budget.toFixed(1),
      Math.round(percent * 100),
      fitting.toPrecision(3),
    ),
  }
}

function tooSmall(expected: number, percent: number, fitting: number): TraceWarning {
  return {
    code: 'sparsity/sr-too-small',
    text: l10n.t(
      'This sr is small for so short a training: about {0} % of the gammas are expected at zero, not {1} %. Try --sr {2} or --sr auto.',
      Math.round(expected * 100),
      Math.round(percent * 100),
      fitting.toPrecision(3),
    ),
  }
}
