import { basename } from 'node:path'
import * as l10n from '@vscode/l10n'
import { openModelFile } from '../checkpoint/open'
import { readProgress } from '../checkpoint/progress'
import { type Progress, saveFinal, saveProgress } from '../checkpoint/save'
import type { Evaluation } from '../evaluation/evaluate'
import type { Training } from '../training/loop'
import { lrFactor } from '../training/schedule'
import type { RunContext } from './context'
import type { Prepared } from './prepareTraining'

/** Weights of the moving average at some epoch. */
type Weights = { readonly parameters: Float32Array; readonly statistics: Float32Array }

export type KeptEpoch = {
  readonly epoch: number
  readonly score: number
  readonly evaluation: Evaluation | undefined
  readonly final: boolean
}

/** Writes last.pt and best.pt as train.py does, and remembers the best. */
export class Keeper {
  readonly #context: RunContext
  readonly #prepared: Prepared
  readonly #training: Training
  readonly #groups: Omit<Progress['groups'], 'lr' | 'biasLr'>
  readonly #opt: Progress['opt']
  #best: Weights | undefined
  /** Of the best epoch; undefined where it is of an earlier attempt. */
  bestEvaluation: Evaluation | undefined
  bestFitness: number

  constructor(
    context: RunContext,
    prepared: Prepared,
    training: Training,
    options: { readonly weightDecay: number; readonly opt: Progress['opt'] },
  ) {
    const { hyp, resumed } = prepared
    this.#context = context
    this.#prepared = prepared
    this.#training = training
    this.#opt = options.opt
    this.#groups = {
      initialLr: hyp.lr0,
      momentum: hyp.momentum,
      weightDecay: options.weightDecay,
    }
    this.bestFitness = resumed?.bestFitness ?? 0
  }

  keep({ epoch, score, evaluation, final }: KeptEpoch): void {
    const { options, open, hyp, loop } = this.#prepared
    const { average, optimizer, parameters, statistics } = this.#training
    const lr = loop.lr0 * lrFactor(loop, epoch)
    const isBest = score >= this.bestFitness
    if (isBest) {
      this.bestFitness = score
      this.bestEvaluation = evaluation
      this.#best = {
        parameters: average.parameters.slice(),
        statistics: average.statistics.slice(),
      }
    }
    if (!options.saves && !final) return
    const progress: Progress = {
      ...{ epoch, bestFitness: this.bestFitness, parameters, statistics, average, optimizer },
      // As the scheduler has set them for the next epoch, with which a stock resume goes on.
      groups: { ...this.#groups, lr, biasLr: lr },
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

  /** Strips both checkpoints, as train.py does at its end; returns the best's weights. */
  finish(): Weights {
    const { open, hyp } = this.#prepared
    const { average } = this.#training
    const strip = (name: 'last' | 'best', weights: Weights): void => {
      const path = this.#context.path('weights', `${name}.pt`)
      const bytes = saveFinal(open, weights, { hyp, opt: this.#opt }, path)
      this.#context.emit({ type: 'checkpoint', path, kind: name, bytes })
    }
    const best = this.#best ?? this.#savedBest() ?? average
    strip('last', average)
    strip('best', best)
    return best
  }

  /** The best of a training that was resumed and did not get better since. */
  #savedBest(): Weights | undefined {
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
