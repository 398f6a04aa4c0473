import { readFile } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { isPruned, isSameArchitecture } from '../checkpoint/architecture'
import { buildCheckpoint } from '../checkpoint/build'
import { editModel, isConvertible } from '../checkpoint/edit'
import { type OpenModel, openModel, openModelFile } from '../checkpoint/open'
import type { BuiltinRelease, HeadShape, NamedTensor } from '../contract'
import { Random } from '../data/random'
import { fromStateDict } from '../model/layout'
import type { RunContext } from './context'

/** A model ready to train: its file's form, and where its weights start. */
export type StartingModel = {
  readonly open: OpenModel
  readonly parameters: Float32Array
  readonly statistics: Float32Array
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
 * The model that train.py would make of --weights and --cfg, but for pruned weights, which keep their shapes: weights
 * alone are taken as they are; with a --cfg of another architecture what fits is copied into a new model.
 */
export async function startingModel(
  context: RunContext,
  { release, names, anchorsPerLevel, seed }: ModelRequest,
): Promise<StartingModel> {
  const { weights, cfg } = context.config
  const random = new Random(seed, 1)
  const unit = (): number => random.unit()
  const given = weights === undefined ? undefined : openModelFile(weights)
  const built = async (file: string): Promise<OpenModel> => {
    const text = await readFile(file, 'utf8')
    const as = release ?? given?.release ?? 'v7.0'
    const bytes = buildCheckpoint({
      ...{ release: as, file, text, nc: names.length, names, anchorsPerLevel, seed },
    })
    return openModel(file, bytes, as)
  }
  if (!given) return started(await built(cfg ?? ''))
  const fresh = cfg === undefined ? undefined : await built(cfg)
  if (!fresh || isSameArchitecture(given.layout, fresh.layout)) {
    warnOfClasses(context, given, names.length)
    const converts = release !== undefined && isConvertible(given.release, release)
    // train.py takes the anchors of a --cfg and of the hyperparameters, not those of the weights. Pruned weights are
    // an exception: their --cfg only says what they were made from.
    const own = fresh && !isPruned(given.layout, fresh.layout) ? fresh.head.anchors : undefined
    const anchors =
      anchorsPerLevel === undefined ? own : placeholders(given.head.strides, anchorsPerLevel)
    return started(
      editModel(given, {
        ...{ names, random: unit },
        ...(anchors ? { anchors } : {}),
        ...(converts ? { form: release } : {}),
      }),
    )
  }
  return transferred(context, given, fresh)
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

function started(open: OpenModel): StartingModel {
  return { open, ...fromStateDict(open.layout, open.tensors) }
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
  return { open: fresh, ...fromStateDict(fresh.layout, tensors) }
}
