import { checkpointModel } from '../../../core/checkpoint/model'
import type { PyDict, PyObject, PyValue } from '../../../core/checkpoint/values'
import { writeCheckpoint } from '../../../core/checkpoint/writeCheckpoint'
import { toStateDict } from '../model/layout'
import type { Average } from '../training/ema'
import type { OptimizerState } from '../training/optimizer'
import { fillModel, reopened } from './edit'
import type { OpenModel } from './open'
import { type GroupOptions, optimizerDict } from './optimizerState'
import { dict, float, pythonOf } from './python'
import { stateOf } from './torchModules'

/** What a training has reached at the end of an epoch. */
export type Progress = {
  /** The epoch just done, from 0. */
  readonly epoch: number
  readonly bestFitness: number
  readonly parameters: Float32Array
  readonly statistics: Float32Array
  readonly average: Average
  readonly optimizer: OptimizerState
  readonly groups: GroupOptions
  /** Hyperparameters, and the options of train.py, which releases from v6.2 on keep in the checkpoint. */
  readonly hyp: Readonly<Record<string, unknown>>
  readonly opt: Readonly<Record<string, unknown>>
}

/**
 * Saves an unfinished training as the release's train.py does: model, moving average and optimizer, from which both
 * engines resume. The model stays in float32, since the zeros and weights of a resume should be those of the stop;
 * stock YOLOv5 converts either. Returns the file's size in bytes.
 */
export function saveProgress(open: OpenModel, progress: Progress, file: string): number {
  const model = filled(open, progress, progress.hyp, 'float32')
  const ema = filled(open, progress.average, progress.hyp, 'float32')
  const { release, tree, layout } = open
  const optimizer = optimizerDict(release, tree, layout, progress.optimizer, progress.groups)
  const root = dict({
    epoch: progress.epoch,
    best_fitness: float(progress.bestFitness),
    model,
    ema,
    updates: progress.average.updates,
    optimizer,
    ...releaseKeys(open, progress.opt),
  })
  return writeCheckpoint(reopened(open), root, file)
}

/** Saves the moving average alone, in FP16, as `strip_optimizer` leaves it. Returns the file's size in bytes. */
export function saveFinal(
  open: OpenModel,
  weights: { readonly parameters: Float32Array; readonly statistics: Float32Array },
  { hyp, opt }: Pick<Progress, 'hyp' | 'opt'>,
  file: string,
): number {
  const root = dict({
    epoch: -1,
    best_fitness: null,
    model: filled(open, weights, hyp, 'float16'),
    ema: null,
    updates: null,
    optimizer: null,
    ...releaseKeys(open, opt),
  })
  return writeCheckpoint(reopened(open), root, file)
}

function filled(
  open: OpenModel,
  {
    parameters,
    statistics,
  }: { readonly parameters: Float32Array; readonly statistics: Float32Array },
  hyp: Readonly<Record<string, unknown>>,
  dtype: 'float16' | 'float32',
): PyObject {
  const { model } = checkpointModel(reopened(open).root)
  fillModel(open, model, toStateDict(open.layout, parameters, statistics), dtype)
  const state = stateOf(model)
  state.set('hyp', pythonOf(hyp))
  if (open.release === 'v5.0') state.set('gr', float(1))
  return model
}

/** Keys by which the releases differ, and which those before v6.2 read even where nothing is resumed. */
function releaseKeys(
  { release }: OpenModel,
  opt: Readonly<Record<string, unknown>>,
): Record<string, PyValue> {
  const date = new Date().toISOString().slice(0, -1)
  const options = (): PyDict => pythonOf(opt) as PyDict
  switch (release) {
    case 'v5.0':
    case 'v6.0':
      return { training_results: null, wandb_id: null }
    case 'v6.1':
      return { wandb_id: null, date }
    case 'v6.2':
      return { wandb_id: null, opt: options(), date }
    case 'v7.0':
      return { opt: options(), git: dict({ remote: null, branch: null, commit: null }), date }
  }
}
