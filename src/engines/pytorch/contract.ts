import type { Attribute } from '../../core/slimming/moduleTree'

/** `slim/runner.json`: everything the Python runner is told. Paths are absolute. */
export type RunnerConfig = {
  readonly v: 1
  readonly checkout: string
  readonly layout: 'repository' | 'packaged'
  readonly stage: 'train' | 'sparse' | 'finetune' | 'val'
  /** Script to run, relative to the checkout: train.py, val.py, test.py. */
  readonly script: string
  /** The script's own arguments, already spelled as this release wants them. */
  readonly argv: readonly string[]
  readonly cwd: string
  readonly runDir: string
  readonly eventsFile: string
  readonly sparsity: RunnerSparsity | null
  /** argv of the planner: reads a PlannerRequest on stdin, prints a PlannerReply on stdout. */
  readonly planner: readonly string[]
  readonly resume: boolean
}

export type RunnerSparsity = {
  readonly reg: 'prox' | 'l1'
  readonly sr: number | 'auto'
  readonly schedule: 'constant' | 'linear'
  /** Share of prunable channels that pruning shall remove later; `auto` aims the budget at it. */
  readonly percent: number
}

/**
 * The runner asks the planner (`yolov5-slim internal-plan`) once, before the first optimizer step, so that
 * training penalises exactly the gammas that pruning can remove, and `sr auto` has one implementation.
 */
export type PlannerRequest = {
  readonly model: ModuleJson
  readonly sparsity: RunnerSparsity | null
  readonly schedule: TrainingSchedule
}

export type TrainingSchedule = {
  readonly epochs: number
  readonly startEpoch: number
  /** Optimizer steps in each epoch after warm-up (batches ÷ accumulation). */
  readonly stepsPerEpoch: number
  /** Learning rate of the BN group in each epoch, `epochs` long, before warm-up is applied. */
  readonly lr: readonly number[]
  readonly warmupSteps: number
  readonly momentum: number
  readonly optimizer: 'SGD' | 'Adam' | 'AdamW'
}

export type PlannerReply = {
  /** Prunable BN modules in network order. */
  readonly layers: readonly { readonly name: string; readonly channels: number }[]
  readonly excluded: readonly { readonly name: string; readonly reason: string }[]
  readonly warnings: readonly { readonly code: string; readonly text: string }[]
  /** Sparsity strength of each epoch, `epochs` long; empty without sparsity. */
  readonly sr: readonly number[]
  readonly explanation: string
}

/** A live torch module as JSON; becomes a ModuleNode. Tensors carry their shape only. */
export type ModuleJson = {
  readonly className: string
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly tensors: Readonly<Record<string, readonly number[]>>
  readonly children: Readonly<Record<string, ModuleJson>>
}
