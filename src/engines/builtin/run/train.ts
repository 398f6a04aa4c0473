import { mkdir, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import * as l10n from '@vscode/l10n'
import { stringify } from 'yaml'
import { classWeights, drawWeighted, imageWeights } from '../../../core/dataset/weights'
import { fitness } from '../../../core/metrics/averagePrecision'
import { planSparsity, type SparsityPlan } from '../../../core/slimming/sparsity'
import { editModel } from '../checkpoint/edit'
import { type OpenModel, openModelFile } from '../checkpoint/open'
import { readProgress, type SavedProgress } from '../checkpoint/progress'
import { saveFinal, saveProgress } from '../checkpoint/save'
import type { BuiltinRelease, Learner } from '../contract'
import { rectangularPlans, trainingPlans } from '../data/plans'
import type { DataPool } from '../data/pool'
import { Random } from '../data/random'
import type { ImageSet } from '../data/scan'
import { type Evaluation, evaluate } from '../evaluation/evaluate'
import { type TrainOptions, trainOptions } from '../stage/options'
import { newPatience, outOfPatience } from '../training/earlyStopping'
import { newAverage } from '../training/ema'
import { gammaLayer } from '../training/gammas'
import { defaultHyp, type Hyp, lossOptions, readHyp } from '../training/hyp'
import { type EpochResult, type Training, trainEpoch } from '../training/loop'
import { newOptimizer, parameterGroups } from '../training/optimizer'
import { Penalty, SettledZeros } from '../training/penalty'
import {
  type Loop,
  nominalBatch,
  roundedAccumulation,
  trainingSchedule,
  warmupIterations,
} from '../training/schedule'
import { betterAnchors } from './anchors'
import type { RunContext } from './context'
import { dataPool, imageSet } from './data'
import type { EngineFiles } from './files'
import { dataOf } from './inputs'
import { startLearner } from './learner'
import { startingModel } from './model'
import { appendResults } from './results'
import { versions } from './versions'

const progressInterval = 500

export type TrainSummary = Readonly<Record<string, number | null>> & { readonly seconds: number }

/** `train`, `sparse` and `finetune`, from the first file read to the last checkpoint written. */
export async function trainStage(context: RunContext, files: EngineFiles): Promise<TrainSummary> {
  const began = performance.now()
  const prepared = await prepare(context)
  const { learner, pools } = await startUp(context, files, prepared)
  try {
    const run = new TrainingRun(context, prepared, learner, pools)
    return await run.go(began)
  } finally {
    await Promise.all([learner.dispose(), pools.train.dispose(), pools.val.dispose()])
  }
}

/** Everything that is known before anything computes. */
type Prepared = {
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

async function prepare(context: RunContext): Promise<Prepared> {
  const { config } = context
  const data = dataOf(context)
  const weightsRelease =
    config.weights === undefined ? undefined : openModelFile(config.weights).release
  const release = config.release ?? weightsRelease ?? 'v7.0'
  const options = trainOptions(config.opt, release)
  const hyp = config.hyp === undefined ? defaultHyp(release) : await readHyp(config.hyp, release)
  const names = options.singleClass && data.nc > 1 ? ['item'] : data.names
  const request = { release, singleClass: options.singleClass, nc: data.nc }
  const sets = {
    train: await imageSet(context, 'train', data.train, { ...request, training: true }),
    val: await imageSet(context, 'val', data.val, { ...request, training: false }),
  }
  const batchSize = Math.min(options.batchSize, sets.train.files.length)
  const start = await startingModel(context, {
    release: config.form ?? config.release,
    ...{ names, anchorsPerLevel: hyp.anchors, seed: options.seed },
  })
  const resumed =
    config.resume && config.weights !== undefined
      ? readProgress(openModelFile(config.weights), options.optimizer)
      : undefined
  const anchors =
    options.autoanchor && !resumed
      ? betterAnchors(context, {
          ...{ head: start.open.head, set: sets.train, imageSize: options.imageSize },
          ...{ threshold: hyp.anchor_t, seed: options.seed },
        })
      : undefined
  const random = new Random(options.seed, 3)
  const open = anchors
    ? editModel(start.open, { names, anchors, random: () => random.unit() })
    : start.open
  const loop = loopOf(release, options, hyp, batchSize, sets.train.files.length, resumed)
  const { parameters, statistics } = resumed ?? start
  const plan = planSparsity(open.tree, config.sparsity, trainingSchedule(loop))
  return {
    ...{ release, options: { ...options, batchSize }, hyp, open, parameters, statistics },
    ...{ resumed, sets, loop, plan },
  }
}

function loopOf(
  release: BuiltinRelease,
  options: TrainOptions,
  hyp: Hyp,
  batchSize: number,
  images: number,
  resumed: SavedProgress | undefined,
): Loop {
  const batches = Math.ceil(images / batchSize)
  return {
    epochs: options.epochs,
    startEpoch: (resumed?.epoch ?? -1) + 1,
    batches,
    batchSize,
    warmup: warmupIterations(release, hyp.warmup_epochs, batches),
    lr0: hyp.lr0,
    lrf: hyp.lrf,
    schedule: options.schedule,
    momentum: hyp.momentum,
    warmupMomentum: hyp.warmup_momentum,
    warmupBiasLr: hyp.warmup_bias_lr,
    optimizer: options.optimizer,
    stepsByModulo: release === 'v5.0',
  }
}

type Pools = { readonly train: DataPool; readonly val: DataPool }

async function startUp(
  context: RunContext,
  files: EngineFiles,
  { release, options, hyp, open, sets }: Prepared,
): Promise<{ readonly learner: Learner; readonly pools: Pools }> {
  const common = { release, imageSize: options.imageSize, hyp, seed: options.seed }
  const { workers } = options
  const loss = lossOptions(hyp, open.head, options.imageSize, options.labelSmoothing)
  const learner = await startLearner(context, files, open, loss)
  return {
    learner,
    pools: {
      train: dataPool(files, { ...common, set: sets.train, augments: true, workers }),
      val: dataPool(files, { ...common, set: sets.val, augments: false, workers }),
    },
  }
}

class TrainingRun {
  readonly #context: RunContext
  readonly #prepared: Prepared
  readonly #learner: Learner
  readonly #pools: Pools
  readonly #training: Training
  readonly #groups
  readonly #opt: Readonly<Record<string, unknown>>
  #bestFitness: number
  #best: { readonly parameters: Float32Array; readonly statistics: Float32Array } | undefined
  #bestEvaluation: Evaluation | undefined
  /** AP of each class at the last evaluation, for image weights. */
  #classAp: readonly number[] = []

  constructor(context: RunContext, prepared: Prepared, learner: Learner, pools: Pools) {
    this.#context = context
    this.#prepared = prepared
    this.#learner = learner
    this.#pools = pools
    const { release, options, hyp, open, parameters, statistics, resumed, loop, plan } = prepared
    // train.py scales the decay with the batch that its steps stand for.
    const accumulate = roundedAccumulation(options.batchSize)
    const weightDecay = (hyp.weight_decay * options.batchSize * accumulate) / nominalBatch
    this.#groups = {
      initialLr: hyp.lr0,
      momentum: hyp.momentum,
      weightDecay,
    }
    const { sparsity } = context.config
    const gammas = gammaRanges(open, plan)
    this.#training = {
      loop,
      learner,
      parameters: parameters.slice(),
      statistics: statistics.slice(),
      average: resumed?.average ?? newAverage(parameters, statistics),
      optimizer: resumed?.optimizer ?? newOptimizer(options.optimizer, parameters.length),
      groups: parameterGroups(open.layout, {
        ...{ release, optimizer: options.optimizer, weightDecay },
        frozen: (name) => options.frozen.some((layer) => name.startsWith(`model.${layer}.`)),
      }),
      clips: release === 'v6.2' || release === 'v7.0',
      penalty: sparsity ? new Penalty(gammas, sparsity.reg, plan.hold) : undefined,
      zeros: sparsity ? new SettledZeros(gammas) : undefined,
      sparsity: plan,
      lastStep: -1,
    }
    this.#bestFitness = resumed?.bestFitness ?? 0
    this.#opt = { ...context.config.opt, save_dir: context.config.runDir }
  }

  async go(began: number): Promise<TrainSummary> {
    const { loop, options } = this.#prepared
    await this.#announce()
    const patience = newPatience(options.patience)
    patience.bestFitness = this.#bestFitness
    patience.bestEpoch = loop.startEpoch
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
      await this.#keep(epoch, result, score, evaluation, final)
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
    await writeFile(this.#context.path('hyp.yaml'), stringify(hyp))
    if (!resume) await writeFile(this.#context.path('opt.yaml'), stringify(this.#opt))
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
    const stride = Math.max(...open.head.strides, 32)
    const indices = this.#indices(epoch)
    const plans =
      options.rectangular && !options.imageWeights
        ? rectangularPlans(sets.train, options.batchSize, options.imageSize, stride, 0)
        : trainingPlans({
            ...{ indices, stride, epoch },
            batchSize: options.batchSize,
            // v5.0 and v6.0 go through the images in order; their mosaics mix them.
            shuffles: release !== 'v5.0' && release !== 'v6.0',
            multiScale: options.multiScale,
            imageSize: options.imageSize,
            seed: options.seed,
          })
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
    const stride = Math.max(...open.head.strides, 32)
    const plans = rectangularPlans(sets.val, options.batchSize * 2, options.imageSize, stride, 0.5)
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

  /** Writes results and checkpoints of an epoch. */
  async #keep(
    epoch: number,
    { losses, rates }: EpochResult,
    score: number,
    found: Evaluation | undefined,
    final: boolean,
  ): Promise<void> {
    const { release, options, loop, open, hyp } = this.#prepared
    const { average, optimizer, parameters, statistics } = this.#training
    await appendResults(this.#context, release, {
      ...{ epoch, epochs: loop.epochs, train: losses, val: found?.losses },
      precision: found?.precision ?? 0,
      recall: found?.recall ?? 0,
      mAP50: found?.mAP50 ?? 0,
      mAP50_95: found?.mAP50_95 ?? 0,
      ...{ lr: rates.lr, biasLr: rates.biasLr },
      ...{ imageSize: options.imageSize, memory: this.#learner.memory(), labels: 0 },
    })
    const isBest = score >= this.#bestFitness
    if (isBest) {
      this.#bestFitness = score
      this.#best = {
        parameters: average.parameters.slice(),
        statistics: average.statistics.slice(),
      }
      this.#bestEvaluation = found
    }
    if (!options.saves && !final) return
    const progress = {
      ...{ epoch, bestFitness: this.#bestFitness, parameters, statistics, average, optimizer },
      groups: { ...this.#groups, lr: rates.lr, biasLr: rates.biasLr },
      ...{ hyp, opt: this.#opt },
    }
    const save = (name: string, kind: 'last' | 'best' | undefined): void => {
      const path = this.#context.path('weights', name)
      const bytes = saveProgress(open, progress, path)
      if (kind) this.#context.emit({ type: 'checkpoint', path, kind, bytes })
    }
    save('last.pt', 'last')
    if (isBest) save('best.pt', 'best')
    if (epoch > 0 && options.savePeriod > 0 && epoch % options.savePeriod === 0) {
      save(`epoch${epoch}.pt`, undefined)
    }
  }

  /** Strips the checkpoints, as train.py does at its end, and scores the best as it was saved. */
  async #finish(began: number): Promise<TrainSummary> {
    const { open, hyp, loop, release } = this.#prepared
    const { average, penalty } = this.#training
    const kept = { hyp, opt: this.#opt }
    const strip = (name: 'last' | 'best', weights: Parameters<typeof saveFinal>[1]): void => {
      const path = this.#context.path('weights', `${name}.pt`)
      const bytes = saveFinal(open, weights, kept, path)
      this.#context.emit({ type: 'checkpoint', path, kind: name, bytes })
    }
    const best = this.#best ?? this.#savedBest() ?? average
    strip('last', average)
    strip('best', best)
    await this.#learner.load(best.parameters, best.statistics)
    const found =
      release === 'v5.0' && this.#bestEvaluation ? this.#bestEvaluation : await this.#evaluate()
    return {
      mAP50: found.mAP50,
      mAP50_95: found.mAP50_95,
      precision: found.precision,
      recall: found.recall,
      seconds: (performance.now() - began) / 1000,
      epochs: loop.epochs,
      ...(penalty && this.#context.config.sparsity?.reg === 'prox'
        ? { shrinkBudget: penalty.budget }
        : {}),
    }
  }

  /** The best of a training that was resumed and did not get better since. */
  #savedBest(): Parameters<typeof saveFinal>[1] | undefined {
    const file = this.#context.path('weights', 'best.pt')
    try {
      return readProgress(openModelFile(file), this.#prepared.options.optimizer).average
    } catch {
      this.#context.say(
        l10n.t('{0} can not be read; the last epoch stands for it.', basename(file)),
      )
      return undefined
    }
  }
}

/** Offset and end of each prunable layer's gammas in the parameter vector. */
function gammaRanges(
  { layout }: OpenModel,
  { layers }: SparsityPlan,
): (readonly [number, number])[] {
  const places = new Map(layout.parameters.map((entry) => [entry.name, entry]))
  return layers.map(({ name }) => {
    const entry = places.get(`${name}.weight`)
    return entry ? ([entry.offset, entry.offset + entry.size] as const) : ([0, 0] as const)
  })
}
