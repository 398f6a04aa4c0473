import { mkdir } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { classWeights, drawWeighted, imageWeights } from '../../../core/dataset/weights'
import { fitness } from '../../../core/metrics/averagePrecision'
import type { Learner } from '../contract'
import { multiScale, rectangularPlans, trainingPlans } from '../data/plans'
import type { DataPool } from '../data/pool'
import { Random } from '../data/random'
import { type Evaluation, evaluate } from '../evaluation/evaluate'
import { coarsestStride } from '../stage/options'
import { newPatience, outOfPatience } from '../training/earlyStopping'
import { newAverage } from '../training/ema'
import { gammaLayer } from '../training/gammas'
import { lossOptions } from '../training/hyp'
import { type EpochResult, type Training, trainEpoch } from '../training/loop'
import { newOptimizer, parameterGroups } from '../training/optimizer'
import { Penalty, SettledZeros } from '../training/penalty'
import { nominalBatch, roundedAccumulation } from '../training/schedule'
import type { RunContext } from './context'
import { dataPool } from './data'
import type { EngineFiles } from './files'
import { gammaRanges, isFrozen, trainedGammas } from './gammaRanges'
import { Keeper } from './keeper'
import { startLearner } from './learner'
import { type Prepared, prepareTraining } from './prepareTraining'
import { appendResults } from './results'
import { savedOptions, writeOptions } from './savedOptions'
import { versions } from './versions'

const progressInterval = 500

export type TrainSummary = Readonly<Record<string, number | null>> & { readonly seconds: number }

/** `train`, `sparse` and `finetune`, from the first file read to the last checkpoint written. */
export async function trainStage(context: RunContext, files: EngineFiles): Promise<TrainSummary> {
  const began = performance.now()
  const prepared = await prepareTraining(context)
  const { learner, pools } = await startUp(context, files, prepared)
  for (const pool of [pools.train, pools.val]) context.closing(() => pool.dispose())
  return new TrainingRun(context, prepared, learner, pools).go(began)
}

type Pools = { readonly train: DataPool; readonly val: DataPool }

async function startUp(
  context: RunContext,
  files: EngineFiles,
  { release, options, hyp, open, sets }: Prepared,
): Promise<{ readonly learner: Learner; readonly pools: Pools }> {
  const common = { release, hyp, seed: options.seed }
  const { imageSize, evaluationSize } = options
  const { workers } = options
  const loss = lossOptions(hyp, open.head, imageSize, options.labelSmoothing)
  const batchSize = Math.min(options.batchSize, sets.train.files.length)
  const learner = await startLearner(context, files, open, loss, batchSize)
  return {
    learner,
    pools: {
      train: dataPool(files, { ...common, imageSize, set: sets.train, augments: true, workers }),
      val: dataPool(files, {
        ...{ ...common, imageSize: evaluationSize, set: sets.val, augments: false, workers },
      }),
    },
  }
}

class TrainingRun {
  readonly #context: RunContext
  readonly #prepared: Prepared
  readonly #learner: Learner
  readonly #pools: Pools
  readonly #training: Training
  readonly #keeper: Keeper
  readonly #opt: Readonly<Record<string, unknown>>
  /** AP of each class at the last evaluation, for image weights. */
  #classAp: readonly number[] = []

  constructor(context: RunContext, prepared: Prepared, learner: Learner, pools: Pools) {
    this.#context = context
    this.#prepared = prepared
    this.#learner = learner
    this.#pools = pools
    const { hyp, open, options } = prepared
    this.#opt = savedOptions(context.config, open.release, context.path('hyp.yaml'))
    // train.py scales the decay with the batch that its steps stand for.
    const accumulate = roundedAccumulation(options.batchSize)
    const weightDecay = (hyp.weight_decay * options.batchSize * accumulate) / nominalBatch
    this.#training = startingState(context, prepared, learner, weightDecay)
    this.#keeper = new Keeper(context, prepared, this.#training, { weightDecay, opt: this.#opt })
  }

  async go(began: number): Promise<TrainSummary> {
    const { loop, options } = this.#prepared
    await this.#announce()
    // A resumed training waits anew, as train.py's does.
    const patience = newPatience(options.patience)
    await this.#learner.load(this.#training.parameters, this.#training.statistics)
    let soon = false
    for (let epoch = loop.startEpoch; epoch < loop.epochs; epoch++) {
      this.#context.epoch = epoch
      const started = performance.now()
      const result = await this.#trainEpoch(epoch)
      const final = epoch + 1 === loop.epochs
      const evaluation =
        options.validates || final || soon ? await this.#evaluateAverage() : undefined
      this.#record(epoch, result, evaluation, (performance.now() - started) / 1000)
      const score = evaluation ? fitness(evaluation) : 0
      const waiting = outOfPatience(patience, epoch, score)
      soon = waiting.soon
      await this.#tabulate(epoch, result, evaluation)
      this.#keeper.keep({ epoch, score, evaluation, final })
      await this.#context.written()
      await this.#learner.load(this.#training.parameters, this.#training.statistics)
      if (waiting.stop) {
        this.#context.say(l10n.t('No better epoch in {0}: training ends early.', options.patience))
        break
      }
    }
    return this.#finish(began)
  }

  async #announce(): Promise<void> {
    const { loop, options, plan, hyp, resumed } = this.#prepared
    const { sparsity, resume } = this.#context.config
    await mkdir(this.#context.path('weights'), { recursive: true })
    await writeOptions(this.#context, { hyp, ...(resume ? {} : { opt: this.#opt }) })
    this.#context.emit({
      type: 'started',
      engine: 'builtin',
      devices: [this.#learner.device],
      versions: versions(),
      epochs: loop.epochs,
      batchSize: options.batchSize,
      imageSize: options.imageSize,
      layers: plan.layers,
      resumed: resume,
      ...(sparsity
        ? {
            sparsity: {
              reg: sparsity.reg,
              sr: Math.max(0, ...plan.sr),
              schedule: sparsity.schedule,
              hold: plan.hold,
              explanation: plan.explanation,
            },
          }
        : {}),
    })
    for (const { code, text } of plan.warnings) this.#context.warn(code, text)
    if (resumed && !resumed.optimizer) {
      this.#context.warn(
        'resume/optimizer',
        l10n.t('The checkpoint has no state of {0}: its momentum starts anew.', options.optimizer),
      )
    }
  }

  async #trainEpoch(epoch: number): Promise<EpochResult> {
    const { loop, options, release, sets, open } = this.#prepared
    const stride = coarsestStride(open.head.strides)
    const indices = this.#indices(epoch)
    const { batchSize, imageSize, seed } = options
    // v5.0 and v6.0 go through the images in order; their mosaics mix them.
    const shuffles = release !== 'v5.0' && release !== 'v6.0'
    const whole =
      options.rectangular && !options.imageWeights
        ? rectangularPlans(sets.train, batchSize, imageSize, stride, 0)
        : trainingPlans({ indices, batchSize, shuffles, seed, epoch })
    const plans = options.multiScale ? multiScale(whole, { imageSize, stride, seed, epoch }) : whole
    let last = 0
    return trainEpoch(this.#training, epoch, this.#pools.train.batches(epoch, plans, indices), {
      stop: this.#context.stop,
      onBatch: ({ batch, losses, rates }) => {
        const now = performance.now()
        if (now - last < progressInterval) return
        last = now
        this.#context.emit({
          ...{ type: 'progress', epoch, batch, batches: loop.batches, losses },
          ...{ lr: rates.lr, memory: this.#learner.memory() },
        })
      },
    })
  }

  /** Images of an epoch: all of them, or drawn by weight where `--image-weights` asks for it. */
  #indices(epoch: number): readonly number[] {
    const { options, sets, open } = this.#prepared
    const all = sets.train.files.map((_, i) => i)
    if (!options.imageWeights) return all
    const { nc } = open.head
    const weights = imageWeights(
      sets.train.labels,
      classWeights(sets.train.labels, nc),
      this.#classAp,
    )
    const random = new Random(options.seed, epoch, 4)
    return drawWeighted(weights, all.length, () => random.unit())
  }

  async #evaluateAverage(): Promise<Evaluation> {
    const { average } = this.#training
    await this.#learner.load(average.parameters, average.statistics)
    const found = await this.#evaluate()
    const { nc } = this.#prepared.open.head
    const ap = new Map(found.perClass.map(({ cls, ap50_95 }) => [cls, ap50_95]))
    this.#classAp = Array.from({ length: nc }, (_, cls) => ap.get(cls) ?? found.mAP50_95)
    return found
  }

  #evaluate(): Promise<Evaluation> {
    const { release, options, hyp, open, sets } = this.#prepared
    const stride = coarsestStride(open.head.strides)
    const { batchSize, evaluationSize } = options
    const plans = rectangularPlans(sets.val, batchSize * 2, evaluationSize, stride, 0.5)
    return evaluate(
      this.#learner,
      this.#pools.val.batches(0, plans),
      {
        ...{ release, confidence: 0.001, iou: 0.6, maxDetections: 300 },
        singleClass: options.singleClass,
        loss: lossOptions(hyp, open.head, options.imageSize, options.labelSmoothing),
      },
      { stop: this.#context.stop },
    )
  }

  #record(
    epoch: number,
    { losses, rates, sr }: EpochResult,
    found: Evaluation | undefined,
    seconds: number,
  ): void {
    const { loop, plan, open } = this.#prepared
    const { parameters } = this.#training
    this.#context.emit({
      ...{ type: 'epoch', epoch, epochs: loop.epochs, train: losses, val: found?.losses ?? {} },
      precision: found?.precision ?? null,
      recall: found?.recall ?? null,
      mAP50: found?.mAP50 ?? null,
      mAP50_95: found?.mAP50_95 ?? null,
      ...{ lr: rates.lr, sr, seconds },
    })
    const ranges = gammaRanges(open, plan)
    this.#context.emit({
      type: 'gamma',
      epoch,
      layers: plan.layers.map(({ name }, i) =>
        gammaLayer(name, parameters.subarray(...(ranges[i] ?? [0, 0]))),
      ),
    })
    const scores = found
      ? `  mAP50 ${found.mAP50.toFixed(3)}  mAP50_95 ${found.mAP50_95.toFixed(3)}`
      : ''
    const parts = `box ${losses.box.toFixed(4)}  obj ${losses.obj.toFixed(4)}  cls ${losses.cls.toFixed(4)}`
    this.#context.say(`${epoch}/${loop.epochs - 1}  ${parts}${scores}  ${seconds.toFixed(1)} s`)
  }

  /** Writes an epoch's row of the results. */
  #tabulate(
    epoch: number,
    { losses, rates, labels }: EpochResult,
    found: Evaluation | undefined,
  ): Promise<void> {
    const { release, options, loop } = this.#prepared
    return appendResults(this.#context, release, {
      ...{ epoch, epochs: loop.epochs, train: losses, val: found?.losses },
      precision: found?.precision ?? 0,
      recall: found?.recall ?? 0,
      mAP50: found?.mAP50 ?? 0,
      mAP50_95: found?.mAP50_95 ?? 0,
      ...{ lr: rates.lr, biasLr: rates.biasLr },
      ...{ imageSize: options.imageSize, memory: this.#learner.memory(), labels },
    })
  }

  /** Strips the checkpoints and scores the best as it was saved; v5.0 scores it no second time. */
  async #finish(began: number): Promise<TrainSummary> {
    const { loop, release } = this.#prepared
    const best = this.#keeper.finish()
    await this.#learner.load(best.parameters, best.statistics)
    const again = release === 'v5.0' ? this.#keeper.bestEvaluation : undefined
    const { mAP50, mAP50_95, precision, recall } = again ?? (await this.#evaluate())
    const { penalty } = this.#training
    const seconds = (performance.now() - began) / 1000
    return {
      ...{ mAP50, mAP50_95, precision, recall, seconds, epochs: loop.epochs },
      ...(penalty && this.#context.config.sparsity?.reg === 'prox'
        ? { shrinkBudget: penalty.budget }
        : {}),
    }
  }
}

/** Everything that the training changes, at its start. */
function startingState(
  context: RunContext,
  prepared: Prepared,
  learner: Learner,
  weightDecay: number,
): Training {
  const { release, options, open, parameters, statistics, resumed, loop, plan } = prepared
  const { sparsity } = context.config
  const gammas = trainedGammas(open, plan, options.frozen)
  const own = parameters.slice()
  const penalty = sparsity ? new Penalty(gammas, sparsity.reg, plan.hold) : undefined
  penalty?.begin(own)
  return {
    loop,
    learner,
    parameters: own,
    statistics: statistics.slice(),
    average: resumed?.average ?? newAverage(parameters, statistics),
    optimizer: resumed?.optimizer ?? newOptimizer(options.optimizer, parameters.length),
    groups: parameterGroups(open.layout, {
      ...{ release, optimizer: options.optimizer, weightDecay },
      frozen: (name) => isFrozen(name, options.frozen),
    }),
    clips: release === 'v6.2' || release === 'v7.0',
    penalty,
    zeros: sparsity ? new SettledZeros(gammas) : undefined,
    sparsity: plan,
    lastStep: -1,
  }
}
