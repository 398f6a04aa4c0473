import { readFile } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import { isSameArchitecture } from '../checkpoint/architecture'
import { buildCheckpoint } from '../checkpoint/build'
import { editModel, isConvertible } from '../checkpoint/edit'
import { type OpenModel, openModel, openModelFile } from '../checkpoint/open'
import { isPruned, isPrunedFrom } from '../checkpoint/pruned'
import type { BuiltinRelease, HeadShape, NamedTensor } from '../contract'
import { Random } from '../data/random'
import { fromStateDict } from '../model/layout'
import type { BuiltinConfig } from '../stage/contract'
import type { RunContext } from './context'

/** A model ready to train: its file's form, and where its weights start. */
export type StartingModel = {
  readonly open: OpenModel
  readonly parameters: Float32Array
  readonly statistics: Float32Array
  /** It has the shapes of pruned weights, and the anchors that they were trained with: autoanchor leaves them. */
  readonly pruned: boolean
}

export type ModelRequest = {
  /** Whose checkpoint a new model is built as; undefined: that of the weights, or the newest. */
  readonly release: BuiltinRelease | undefined
  readonly names: readonly string[]
  /** Anchors per level, of the hyperparameters. */
  readonly anchorsPerLevel: number | undefined
  readonly seed: number
}

/**
 * The model that train.py would make of --weights and --cfg, but for pruned weights, which keep their shapes and
 * anchors: weights alone are taken as they are; with a --cfg what fits of them is copied into its model.
 */
export async function startingModel(
  context: RunContext,
  { release, names, anchorsPerLevel, seed }: ModelRequest,
): Promise<StartingModel> {
  const { stage, weights, cfg, resume } = context.config
  // A training that goes on keeps the anchors that it has found.
  const perLevel = resume ? undefined : anchorsPerLevel
  const random = new Random(seed, 1)
  const unit = (): number => random.unit()
  const given = weights === undefined ? undefined : openModelFile(weights)
  const built = async (file: string): Promise<OpenModel> => {
    const text = await readFile(file, 'utf8')
    const as = release ?? given?.release ?? 'v7.0'
    const bytes = buildCheckpoint({
      ...{ release: as, file, text, nc: names.length, names, anchorsPerLevel: perLevel, seed },
    })
    return openModel(file, bytes, as)
  }
  if (!given) return started(await built(cfg ?? ''), false)
  const pruned = !resume && isPruned(given)
  const fresh = cfg === undefined ? undefined : await built(cfg)
  warnOfClasses(context, given, names.length)
  // The --cfg of pruned weights only says what they were made from.
  const keeps = fresh === undefined || (pruned && isPrunedFrom(given, fresh))
  if (!keeps) {
    if (pruned) refuseUnlike(stage, given, fresh)
    return transferred(context, given, fresh)
  }
  if (pruned) {
    context.say(
      l10n.t(
        '{0} is pruned: the model keeps its shapes and anchors, without AutoAnchor.',
        given.name,
      ),
    )
  }
  const converts = release !== undefined && isConvertible(given.release, release)
  const replaces = perLevel !== undefined && !pruned
  const edited = editModel(given, {
    ...{ names, random: unit },
    ...(replaces ? { anchors: placeholders(given.head.strides, perLevel) } : {}),
    ...(converts ? { form: release } : {}),
  })
  return started(edited, pruned)
}

/**
 * Of pruned weights, little fits another model: it would be trained nearly anew, at full size.
 *
 * @throws SlimError `weights/not-matched` for a finetuning, and where just the widths differ
 */
function refuseUnlike(stage: BuiltinConfig['stage'], given: OpenModel, fresh: OpenModel): void {
  if (stage !== 'finetune' && !isSameArchitecture(given.layout, fresh.layout)) return
  throw new SlimError(
    'weights/not-matched',
    l10n.t('{0} is pruned, and not from the model of {1}.', given.name, fresh.name),
    l10n.t('Leave --cfg out: pruned weights bring their own shapes.'),
  )
}

/** Training goes on without the head that was trained: whoever gave the wrong data shall see it at the start. */
function warnOfClasses(context: RunContext, { name, head }: OpenModel, nc: number): void {
  if (head.nc === nc) return
  context.warn(
    'weights/class-count',
    l10n.t(
      '{0} was trained for {1} classes and the data has {2}: its output layers start afresh.',
      ...[name, head.nc, nc],
    ),
  )
}

/** Anchors that stand in until autoanchor finds better ones, as models/yolo.py has them. */
function placeholders(strides: readonly number[], count: number): HeadShape['anchors'] {
  return strides.map(() => Array.from({ length: count }, (_, i) => [i * 2, i * 2 + 1] as const))
}

function started(open: OpenModel, pruned: boolean): StartingModel {
  return { open, ...fromStateDict(open.layout, open.tensors), pruned }
}

/** Copies the tensors whose names and shapes agree, but anchors (`intersect_dicts`). */
function transferred(context: RunContext, given: OpenModel, fresh: OpenModel): StartingModel {
  const tensors = new Map<string, NamedTensor>(fresh.tensors)
  let count = 0
  for (const [name, tensor] of given.tensors) {
    const target = fresh.tensors.get(name)
    if (name.includes('anchor') || target?.shape.join() !== tensor.shape.join()) continue
    tensors.set(name, tensor)
    count++
  }
  const total = fresh.tensors.size
  context.say(l10n.t('Transferred {0} of {1} tensors from {2}', count, total, given.name))
  if (count < total / 2) {
    context.warn(
      'weights/not-matched',
      l10n.t('Only {0} of {1} tensors of {2} fit the --cfg.', count, total, given.name),
      l10n.t('Pass the --cfg that the checkpoint was trained with, or leave --cfg out.'),
    )
  }
  return { open: fresh, ...fromStateDict(fresh.layout, tensors), pruned: false }
}
