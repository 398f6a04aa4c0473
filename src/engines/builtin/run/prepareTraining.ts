import * as l10n from '@vscode/l10n'
import { planSparsity, type SparsityPlan } from '../../../core/slimming/sparsity'
import { editModel } from '../checkpoint/edit'
import { type OpenModel, openModelFile } from '../checkpoint/open'
import { readProgress, type SavedProgress } from '../checkpoint/progress'
import type { BuiltinRelease } from '../contract'
import { Random } from '../data/random'
import type { ImageSet } from '../data/scan'
import { fittedSize, type TrainOptions, trainOptions } from '../stage/options'
import { defaultHyp, type Hyp, readHyp } from '../training/hyp'
import { type Loop, loopOf, trainingSchedule } from '../training/schedule'
import { betterAnchors } from './anchors'
import type { RunContext } from './context'
import { imageSet } from './data'
import { dataOf } from './inputs'
import { startingModel } from './model'

/** Everything that is known before anything computes. */
export type Prepared = {
  readonly release: BuiltinRelease
  readonly options: TrainOptions
  readonly hyp: Hyp
  readonly open: OpenModel
  readonly parameters: Float32Array
  readonly statistics: Float32Array
  readonly resumed: SavedProgress | undefined
  readonly sets: { readonly train: ImageSet; readonly val: ImageSet }
  readonly loop: Loop
  readonly plan: SparsityPlan
}

/** Reads data set, hyperparameters and model, and decides all that needs no computing. */
export async function prepareTraining(context: RunContext): Promise<Prepared> {
  const { config } = context
  const data = dataOf(context)
  const weightsRelease =
    config.weights === undefined ? undefined : openModelFile(config.weights).release
  const release = config.release ?? weightsRelease ?? 'v7.0'
  const asked = trainOptions(config.opt, release)
  const hyp = config.hyp === undefined ? defaultHyp(release) : await readHyp(config.hyp, release)
  const names = asked.singleClass && data.nc > 1 ? ['item'] : data.names
  const request = { release, singleClass: asked.singleClass, nc: data.nc }
  const sets = {
    train: await imageSet(context, 'train', data.train, { ...request, training: true }),
    val: await imageSet(context, 'val', data.val, { ...request, training: false }),
  }
  const start = await startingModel(context, {
    release: config.form ?? config.release,
    ...{ names, anchorsPerLevel: hyp.anchors, seed: asked.seed },
  })
  const options = { ...asked, ...fittedSizes(context, asked, release, start.open.head.strides) }
  const resumed =
    config.resume && config.weights !== undefined
      ? readProgress(openModelFile(config.weights), options.optimizer)
      : undefined
  const anchors =
    options.autoanchor && !resumed && !start.pruned
      ? betterAnchors(context, {
          ...{ head: start.open.head, set: sets.train, imageSize: options.imageSize },
          ...{ threshold: hyp.anchor_t, seed: options.seed },
        })
      : undefined
  const random = new Random(options.seed, 3)
  const open = anchors
    ? editModel(start.open, { names, anchors, random: () => random.unit() })
    : start.open
  const loop = loopOf(release, options, hyp, sets.train.files.length, (resumed?.epoch ?? -1) + 1)
  const { parameters, statistics } = resumed ?? start
  const plan = planSparsity(open.tree, config.sparsity, trainingSchedule(loop))
  return {
    ...{ release, options, hyp, open, parameters, statistics },
    ...{ resumed, sets, loop, plan },
  }
}

/** The image sizes in whole strides of the model; where that changes them, a person is told. */
function fittedSizes(
  context: RunContext,
  asked: TrainOptions,
  release: BuiltinRelease,
  strides: readonly number[],
): Pick<TrainOptions, 'imageSize' | 'evaluationSize'> {
  const fitted = (size: number): number => {
    const whole = fittedSize(size, strides, release === 'v5.0' ? 1 : 2)
    if (whole !== size) {
      context.say(l10n.t('Image size {0} becomes {1}, whole strides of the model.', size, whole))
    }
    return whole
  }
  const imageSize = fitted(asked.imageSize)
  const { evaluationSize } = asked
  return {
    imageSize,
    evaluationSize: evaluationSize === asked.imageSize ? imageSize : fitted(evaluationSize),
  }
}
