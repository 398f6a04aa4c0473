import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { SparsityPlan } from '../../../core/slimming/sparsity'
import type { Batch, Learner, Losses } from '../contract'
import { type Average, updateAverage } from './ema'
import { clipGradients, type OptimizerState, optimizerStep, type ParameterGroup } from './optimizer'
import type { Penalty, SettledZeros } from './penalty'
import { type Loop, type Rates, ratesAt, stepDue } from './schedule'

/** Largest norm of the gradients in releases that clip them (train.py, v6.2 and later). */
const clipNorm = 10

/** Everything that one training changes, and what it goes by. */
export type Training = {
  readonly loop: Loop
  readonly learner: Learner
  readonly parameters: Float32Array
  /** Running statistics of the network, as its last step left them. */
  readonly statistics: Float32Array
  readonly average: Average
  readonly optimizer: OptimizerState
  readonly groups: readonly ParameterGroup[]
  readonly clips: boolean
  readonly penalty: Penalty | undefined
  readonly zeros: SettledZeros | undefined
  readonly sparsity: Pick<SparsityPlan, 'sr'>
  /** Iteration of the last optimizer step; −1 before the first, and after a resume. */
  lastStep: number
}

export type EpochWatch = {
  /** After each batch. */
  onBatch(progress: {
    readonly batch: number
    readonly losses: Losses
    readonly rates: Rates
  }): void
  /** Asked before and after each batch; its reason is thrown. */
  readonly stop: AbortSignal
}

export type EpochResult = {
  /** Means over the epoch. */
  readonly losses: Losses
  /** Rates of the last batch. */
  readonly rates: Rates
  /** Sparsity strength in force at the end; 0 without, and once zeros are held. */
  readonly sr: number
  /** Objects in the last batch, which v5.0 logs. */
  readonly labels: number
}

/**
 * One epoch of train.py: forward, backward, accumulate, step. Ends with the network's weights loaded, and with the
 * settled zeros in the average.
 *
 * @throws SlimError `train/nan-loss`, and the reason of `watch.stop`
 */
export async function trainEpoch(
  training: Training,
  epoch: number,
  batches: AsyncIterable<Batch>,
  watch: EpochWatch,
): Promise<EpochResult> {
  const { loop, learner, parameters, statistics, average, penalty, zeros } = training
  const sr = training.sparsity.sr[epoch] ?? 0
  // As in train.py, what was accumulated when an epoch ended is dropped.
  const gradients = new Float32Array(parameters.length)
  let mean: Losses = { box: 0, obj: 0, cls: 0 }
  let rates = ratesAt(loop, epoch, epoch * loop.batches)
  let batchNumber = 0
  let labels = 0
  for await (const batch of batches) {
    watch.stop.throwIfAborted()
    const iteration = batchNumber + loop.batches * epoch
    rates = ratesAt(loop, epoch, iteration)
    const step = await learner.step(batch)
    watch.stop.throwIfAborted()
    refuseNaN(step.losses, epoch)
    statistics.set(step.statistics)
    for (let i = 0; i < gradients.length; i++) {
      gradients[i] = (gradients[i] as number) + (step.gradients[i] as number)
    }
    if (stepDue(loop, rates, iteration, training.lastStep)) {
      training.lastStep = iteration
      if (training.clips) clipGradients(gradients, training.groups, clipNorm)
      penalty?.beforeStep(parameters, gradients, sr)
      optimizerStep(training.optimizer, parameters, gradients, training.groups, rates)
      penalty?.afterStep(parameters, rates, sr)
      updateAverage(average, parameters, statistics)
      gradients.fill(0)
      await learner.load(parameters, statistics)
    }
    mean = runningMean(mean, step.losses, batchNumber)
    labels = batch.targets.length / 6
    watch.onBatch({ batch: batchNumber, losses: mean, rates })
    batchNumber++
  }
  zeros?.epochEnd(parameters, average.parameters, epoch + 1 === loop.epochs)
  return { losses: mean, rates, sr: penalty?.strength(sr) ?? 0, labels }
}

function runningMean(mean: Losses, losses: Losses, count: number): Losses {
  const next = (key: keyof Losses): number => (mean[key] * count + losses[key]) / (count + 1)
  return { box: next('box'), obj: next('obj'), cls: next('cls') }
}

function refuseNaN(losses: Losses, epoch: number): void {
  if (Object.values(losses).every(Number.isFinite)) return
  throw new SlimError(
    'train/nan-loss',
    l10n.t('Training diverged: NaN or infinity in the loss in epoch {0}.', epoch),
    l10n.t(
      'Lower --sr or the learning rate (lr0 of --hyp) and start from the last good checkpoint, which was kept.',
    ),
  )
}
