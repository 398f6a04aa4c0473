import { readFile } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { buildCheckpoint } from '../checkpoint/build'
import { editModel } from '../checkpoint/edit'
import { type OpenModel, openModel, openModelFile } from '../checkpoint/open'
import type { BuiltinRelease, NamedTensor } from '../contract'
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
    const bytes = buildCheckpoint({
      release: release ?? given?.release ?? 'v7.0',
      ...{ file, text, nc: names.length, names, anchorsPerLevel, seed },
    })
    return openModel(file, bytes)
  }
  if (!given) return started(await built(cfg ?? ''))
  const fresh = cfg === undefined ? undefined : await built(cfg)
  if (!fresh || isSameArchitecture(given, fresh)) {
    return started(editModel(given, { names, random: unit }))
  }
  return transferred(context, given, fresh)
}

function started(open: OpenModel): StartingModel {
  return { open, ...fromStateDict(open.layout, open.tensors) }
}

/** The same modules under the same names; channels may differ, for pruning takes some. */
function isSameArchitecture(a: OpenModel, b: OpenModel): boolean {
  const outline = ({ layout }: OpenModel): string =>
    layout.parameters.map(({ name, shape }) => `${name} ${shape.slice(2).join()}`).join('\n')
  if (outline(a) !== outline(b)) return false
  // A larger or smaller relative is no pruned one: pruning makes no channel more.
  const shapes = new Map(b.layout.parameters.map(({ name, shape }) => [name, shape]))
  // Outputs of Detect, whose convolutions alone have a bias, are as many as the classes want.
  return a.layout.parameters.every(({ name, shape }) => {
    const whole = shapes.get(name) ?? []
    const isOutput = shapes.has(name.replace(/\.weight$/, '.bias')) && !/\.bn\./.test(name)
    return shape.every((size, i) => (i === 0 && isOutput) || size <= (whole[i] ?? 0))
  })
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
