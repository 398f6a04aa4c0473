import * as l10n from '@vscode/l10n'
import type { Checkpoint } from '../../../core/checkpoint/checkpoint'
import { isModule } from '../../../core/checkpoint/model'
import { moduleTree } from '../../../core/checkpoint/moduleTree'
import { PyDict, type PyValue } from '../../../core/checkpoint/values'
import { SlimError } from '../../../core/errors'
import { fromStateDict } from '../model/layout'
import type { Average } from '../training/ema'
import type { OptimizerName, OptimizerState } from '../training/optimizer'
import { reopened } from './edit'
import { numberOf } from './numpy'
import { allTensors, type OpenModel } from './open'
import { readOptimizer } from './optimizerState'

/** Where an unfinished training stands. */
export type SavedProgress = {
  /** The epoch last finished, from 0. */
  readonly epoch: number
  readonly bestFitness: number
  readonly parameters: Float32Array
  readonly statistics: Float32Array
  readonly average: Average
  /** Undefined where it is of another optimizer. */
  readonly optimizer: OptimizerState | undefined
}

/**
 * Reads what either engine saved of an unfinished training.
 *
 * @throws SlimError `resume/finished` for a checkpoint without an optimizer
 */
export function readProgress(open: OpenModel, optimizer: OptimizerName): SavedProgress {
  const checkpoint = reopened(open)
  const root = checkpoint.root instanceof PyDict ? checkpoint.root : new PyDict()
  const epoch = numberOf(root.get('epoch'))
  const saved = root.get('optimizer')
  if (epoch === undefined || epoch < 0 || !saved) {
    throw new SlimError(
      'resume/finished',
      l10n.t('{0} is of a run that finished.', open.name),
      l10n.t('Start a new run with --weights {0}.', open.name),
    )
  }
  const { release, tree, layout } = open
  const average = weightsOf(checkpoint, root.get('ema'), open)
  const live = weightsOf(checkpoint, root.get('model'), open) ?? average
  const weights = live ?? fromStateDict(layout, open.tensors)
  return {
    epoch,
    bestFitness: numberOf(root.get('best_fitness')) ?? 0,
    ...weights,
    average: { ...(average ?? weights), updates: numberOf(root.get('updates')) ?? 0 },
    optimizer: readOptimizer(release, tree, layout, optimizer, checkpoint, saved),
  }
}

function weightsOf(
  checkpoint: Checkpoint,
  model: PyValue | undefined,
  { layout }: OpenModel,
): { readonly parameters: Float32Array; readonly statistics: Float32Array } | undefined {
  if (!isModule(model)) return undefined
  return fromStateDict(layout, allTensors(moduleTree(checkpoint, model)))
}
