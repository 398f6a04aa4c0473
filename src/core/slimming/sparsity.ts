import * as l10n from '@vscode/l10n'
import { buildChannelGraph } from './graph'
import type { ModuleNode } from './moduleTree'
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
}

/** What of the training decides how far a given sr moves the gammas. */
export type TrainingSchedule = {
  readonly epochs: number
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
  readonly explanation: string
}

/** Which gammas a training penalises, how strongly in each epoch, and why. */
export function planSparsity(
  model: ModuleNode,
  sparsity: Sparsity | null,
  schedule: TrainingSchedule,
): SparsityPlan {
  const { norms, warnings } = buildChannelGraph(model)
  const layers = norms.filter(({ prunable }) => prunable)
  const excluded = norms.flatMap(({ name, reason }) =>
    reason === undefined ? [] : [{ name, reason }],
  )
  const common = {
    layers: layers.map(({ name, channels }) => ({ name, channels })),
    excluded,
  }
  if (!sparsity) return { ...common, warnings, sr: [], explanation: '' }
  const strength = chooseStrength(sparsity, schedule)
  return {
    ...common,
    warnings: [...warnings, ...strength.warnings],
    sr: scheduleFactors(sparsity.schedule, schedule.epochs).map((factor) => strength.sr * factor),
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
 * The shrink budget of sr = 1: how far a constant pull of strength 1 moves a gamma over the whole training,
 * B(1) = Σ lr · factor / (1 − momentum), warm-up included. B is linear in sr.
 */
export function unitBudget(schedule: SrSchedule, training: TrainingSchedule): number {
  const factors = scheduleFactors(schedule, training.epochs)
  const { momentum, drive } = training
  if (drive?.length === training.epochs) {
    return drive.reduce((sum, amount, epoch) => sum + amount * (factors[epoch] ?? 1), 0)
  }
  // Only SGD's momentum is warmed up; Adam's beta1 stands in its place from the start.
  const initial = training.optimizer === 'SGD' ? Math.min(warmupMomentum, momentum) : momentum
  let budget = 0
  let step = 0
  for (let epoch = 0; epoch < training.epochs; epoch++) {
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
 * Share of channels at (prox) or near (l1) zero after a training with budget B, from gammas that start at about
 * 1. Measured on YOLOv5n, v6.2, 160 px, 960 steps; between the points it is interpolated.
 */
const outcome: Readonly<
  Record<Regularizer, readonly (readonly [budget: number, share: number])[]>
> = {
  prox: [
    [0, 0],
    [2, 0.05],
    [3, 0.3],
    [3.6, 0.5],
    [4.4, 0.75],
    [5, 0.88],
    [6.5, 0.95],
  ],
  l1: [
    [0, 0],
    [1.5, 0.02],
    [3.4, 0.5],
    [4.6, 0.8],
    [6, 0.9],
    [8, 0.95],
  ],
}

/** Above this the accuracy was destroyed in the same measurements (mAP50 0.06 at 15). */
const excessiveBudget = 10

/** The budget after which a share of `percent` of the channels is expected to be at zero. */
export function budgetFor(reg: Regularizer, percent: number): number {
  return interpolate(
    outcome[reg].map(([budget, share]) => [share, budget] as const),
    percent,
  )
}

/** The share of channels expected to be at zero after a budget. */
export function shareFor(reg: Regularizer, budget: number): number {
  return interpolate(outcome[reg], budget)
}

function interpolate(points: readonly (readonly [number, number])[], x: number): number {
  const next = points.findIndex(([at]) => at >= x)
  const [x1, y1] = points[next] ?? points.at(-1) ?? [0, 0]
  const [x0, y0] = points[next - 1] ?? [x1, y1]
  return x1 === x0 || next < 0 ? y1 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
}

function chooseStrength(
  { reg, sr, schedule, percent }: Sparsity,
  training: TrainingSchedule,
): {
  readonly sr: number
  readonly explanation: string
  readonly warnings: readonly TraceWarning[]
} {
  if (reg === 'l1' && training.optimizer !== 'SGD') return adamSubgradient(sr, training)
  const unit = unitBudget(schedule, training)
  const wanted = budgetFor(reg, percent)
  const fitting = unit > 0 ? wanted / unit : 0
  const steps = training.epochs * training.stepsPerEpoch
  if (sr === 'auto') {
    const explanation = l10n.t(
      'sr {0} was chosen: over {1} optimizer steps it gives a shrink budget of {2}, which is expected to bring {3} % of the gammas to zero.',
      fitting.toPrecision(3),
      steps,
      wanted.toFixed(1),
      Math.round(percent * 100),
    )
    return { sr: fitting, explanation, warnings: [] }
  }
  const budget = sr * unit
  const explanation = l10n.t(
    'sr {0} over {1} optimizer steps gives a shrink budget of {2}: about {3} % of the gammas are expected at zero. For {4} % sr would be {5}.',
    sr,
    steps,
    budget.toFixed(2),
    Math.round(shareFor(reg, budget) * 100),
    Math.round(percent * 100),
    fitting.toPrecision(3),
  )
  return { sr, explanation, warnings: strengthWarnings(reg, budget, percent, fitting) }
}

/** Adam divides a gradient by its own size, and the subgradient with it: sr hardly matters there. */
function adamSubgradient(sr: number | 'auto', training: TrainingSchedule) {
  const text = l10n.t(
    'With {0} the subgradient (--reg l1) moves a gamma by up to the learning rate a step, whatever sr is. Use --reg prox, whose sr means the same with every optimizer.',
    training.optimizer,
  )
  const usual = 0.001
  return {
    sr: sr === 'auto' ? usual : sr,
    explanation: text,
    warnings: [{ code: 'sparsity/l1-with-adam', text }],
  }
}

function strengthWarnings(
  reg: Regularizer,
  budget: number,
  percent: number,
  fitting: number,
): TraceWarning[] {
  if (budget > excessiveBudget) {
    return [
      {
        code: 'sparsity/sr-too-large',
        text: l10n.t(
          'This sr is likely to destroy the model: its shrink budget of {0} is far above what {1} % needs. Try --sr {2} or --sr auto.',
          budget.toFixed(1),
          Math.round(percent * 100),
          fitting.toPrecision(3),
        ),
      },
    ]
  }
  if (shareFor(reg, budget) < percent / 2) {
    return [
      {
        code: 'sparsity/sr-too-small',
        text: l10n.t(
          'This sr is small for so short a training: about {0} % of the gammas are expected at zero, not {1} %. Try --sr {2} or --sr auto.',
          Math.round(shareFor(reg, budget) * 100),
          Math.round(percent * 100),
          fitting.toPrecision(3),
        ),
      },
    ]
  }
  return []
}
