import type { TrainingSchedule } from '../../../core/slimming/sparsity'
import type { BuiltinRelease } from '../contract'
import { roundHalfEven } from '../rounding'
import type { TrainOptions } from '../stage/options'
import type { Hyp } from './hyp'

/** Gradients are accumulated until they come from about so many images (`nbs` in train.py). */
export const nominalBatch = 64

/** The numbers of train.py's loop that decide when it steps, and how far. */
export type Loop = {
  readonly epochs: number
  readonly startEpoch: number
  /** Batches an epoch. */
  readonly batches: number
  readonly batchSize: number
  /** Iterations (batches) of warm-up. */
  readonly warmup: number
  readonly lr0: number
  /** Last factor on lr0. */
  readonly lrf: number
  readonly schedule: LrSchedule
  readonly momentum: number
  readonly warmupMomentum: number
  /** Where the learning rate of biases starts; all others start at 0. */
  readonly warmupBiasLr: number
  readonly optimizer: TrainingSchedule['optimizer']
  /** v5.0 steps where the iteration's number divides by `accumulate`; later releases so long after the last step. */
  readonly stepsByModulo: boolean
}

/** `linear` reaches lrf one epoch after the last; v5.0's and v6.0's `--linear-lr` in the last. */
export type LrSchedule = 'cosine' | 'linear' | 'linearToLast'

/** What holds for one iteration. */
export type Rates = {
  readonly lr: number
  readonly biasLr: number
  readonly momentum: number
  /** Batches from one optimizer step to the next. */
  readonly accumulate: number
}

/** The loop of a training on so many images. */
export function loopOf(
  release: BuiltinRelease,
  options: Pick<TrainOptions, 'epochs' | 'batchSize' | 'schedule' | 'optimizer'>,
  hyp: Hyp,
  images: number,
  startEpoch = 0,
): Loop {
  const { batchSize } = options
  const batches = Math.ceil(images / batchSize)
  return {
    epochs: options.epochs,
    startEpoch,
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

/** Least warm-up: 1000 iterations up to v6.1, then 100; more where `warmup_epochs` are longer (train.py). */
export function warmupIterations(
  release: BuiltinRelease,
  warmupEpochs: number,
  batches: number,
): number {
  const least = release === 'v6.2' || release === 'v7.0' ? 100 : 1000
  return Math.max(roundHalfEven(warmupEpochs * batches), least)
}

/** Factor on lr0 by epoch: train.py's `lf`, of which the cosine is `one_cycle` (utils/general.py). */
export function lrFactor({ schedule, lrf, epochs }: Loop, epoch: number): number {
  if (schedule === 'cosine') {
    return ((1 - Math.cos((epoch * Math.PI) / epochs)) / 2) * (lrf - 1) + 1
  }
  const length = schedule === 'linear' ? epochs : Math.max(epochs - 1, 1)
  return (1 - epoch / length) * (1 - lrf) + lrf
}

/**
 * Learning rates, momentum and accumulation of an iteration (batch `iteration` counted from the training's start).
 * While it warms up a rate aims at this epoch's factor; afterwards every release lags one epoch behind, since it
 * puts `scheduler.last_epoch` one back before it starts.
 */
export function ratesAt(loop: Loop, epoch: number, iteration: number): Rates {
  const { lr0, batches, warmup, momentum } = loop
  const accumulate = nominalBatch / loop.batchSize
  if (iteration <= warmup) {
    const share = warmup === 0 ? 1 : iteration / warmup
    const target = lr0 * lrFactor(loop, epoch)
    return {
      lr: target * share,
      biasLr: loop.warmupBiasLr + (target - loop.warmupBiasLr) * share,
      // Only SGD has a momentum to warm up; beta1 of Adam is left alone.
      momentum:
        loop.optimizer === 'SGD'
          ? loop.warmupMomentum + (momentum - loop.warmupMomentum) * share
          : momentum,
      accumulate: Math.max(1, roundHalfEven(1 + (accumulate - 1) * share)),
    }
  }
  const warmedUpHere = batches * epoch <= warmup
  const lr = lr0 * lrFactor(loop, warmedUpHere ? epoch : Math.max(epoch - 1, 0))
  return { lr, biasLr: lr, momentum, accumulate: Math.max(1, roundHalfEven(accumulate)) }
}

/** Batches from one step to the next once warmed up. */
export function roundedAccumulation(batchSize: number): number {
  return Math.max(1, roundHalfEven(nominalBatch / batchSize))
}

/** Whether the optimizer steps after this iteration. `last` is the iteration of its last step, −1 before the first. */
export function stepDue(loop: Loop, rates: Rates, iteration: number, last: number): boolean {
  return loop.stepsByModulo
    ? iteration % rates.accumulate === 0
    : iteration - last >= rates.accumulate
}

/** What the sparsity plan wants to know of the loop; `drive` is exact, by going through all iterations. */
export function trainingSchedule(loop: Loop): TrainingSchedule {
  const { epochs, startEpoch, batches } = loop
  const drive: number[] = []
  const lr: number[] = []
  let last = -1
  let warmupSteps = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    let sum = 0
    let rates = ratesAt(loop, epoch, epoch * batches)
    for (let batch = 0; batch < batches; batch++) {
      const iteration = epoch * batches + batch
      rates = ratesAt(loop, epoch, iteration)
      if (!stepDue(loop, rates, iteration, last)) continue
      last = iteration
      if (iteration <= loop.warmup) warmupSteps++
      sum += rates.lr / (1 - rates.momentum)
    }
    drive.push(sum)
    lr.push(loop.lr0 * lrFactor(loop, Math.max(epoch - 1, 0)))
  }
  const accumulate = roundedAccumulation(loop.batchSize)
  return {
    epochs,
    startEpoch,
    stepsPerEpoch: Math.max(1, roundHalfEven(batches / accumulate)),
    lr,
    warmupSteps,
    momentum: loop.momentum,
    optimizer: loop.optimizer,
    drive,
  }
}
