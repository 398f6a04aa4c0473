import type { Attribute } from '../../core/slimming/moduleTree'
import type { Sparsity, SparsityPlan, TrainingSchedule } from '../../core/slimming/sparsity'

export type { TrainingSchedule }

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

export type RunnerSparsity = Sparsity

/**
 * The runner asks the planner (`yolov5-slim internal-plan`) once, before the first optimizer step, so that
 * training penalises exactly the gammas that pruning can remove, and `sr auto` has one implementation.
 */
export type PlannerRequest = {
  readonly model: ModuleJson
  readonly sparsity: RunnerSparsity | null
  readonly schedule: TrainingSchedule
  /** Values of every BN weight by module name, as training starts from them; left out without sparsity. */
  readonly gammas?: Readonly<Record<string, readonly number[]>>
}

export type PlannerReply = SparsityPlan

/** A live torch module as JSON; becomes a ModuleNode. Tensors carry their shape only. */
export type ModuleJson = {
  readonly className: string
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly tensors: Readonly<Record<string, readonly number[]>>
  readonly children: Readonly<Record<string, ModuleJson>>
}
