import type { Regularizer } from '../../../core/slimming/sparsity'
import type { Rates } from './schedule'

/** Offset and end of a BN layer's gammas in the parameter vector. */
export type GammaRange = readonly [number, number]

/**
 * The sparsity penalty on BN gammas (Liu et al., ICCV 2017), once per optimizer step. In both forms a gamma that
 * nothing else holds moves towards zero by lr · sr / (1 − momentum) a step; the PyTorch engine does the same.
 *
 * `l1` adds sr · sign(gamma) to the gradient right before the step, after clipping. `prox` soft-thresholds gamma
 * after the step, which reaches zero exactly; with `hold` that ends once such a share of the gammas is zero: from
 * then on those stay there, and the others are free to recover what the shrinking cost.
 */
export class Penalty {
  readonly #gammas: readonly GammaRange[]
  readonly #reg: Regularizer
  readonly #hold: number | null
  #held: Int32Array | undefined
  /** What was subtracted so far from a gamma that did not reach zero: the shrink budget spent. */
  budget = 0

  constructor(gammas: readonly GammaRange[], reg: Regularizer, hold: number | null) {
    this.#gammas = gammas
    this.#reg = reg
    this.#hold = hold
  }

  /** Holds what is zero already where that is enough, as in a run that goes on: the first step would move it. */
  begin(parameters: Float32Array): void {
    if (this.#reg !== 'prox' || this.#hold === null) return
    const reach = this.#reachToHold(parameters, 0)
    if (reach !== undefined) this.#holdWithin(parameters, reach)
  }

  /** Strength in force; 0 once the zeros are held. */
  strength(sr: number): number {
    return this.#held ? 0 : sr
  }

  beforeStep(parameters: Float32Array, gradients: Float32Array, sr: number): void {
    if (this.#reg !== 'l1' || sr === 0) return
    for (const [from, to] of this.#gammas) {
      for (let i = from; i < to; i++) {
        gradients[i] = (gradients[i] as number) + sr * Math.sign(parameters[i] as number)
      }
    }
  }

  afterStep(parameters: Float32Array, rates: Rates, sr: number): void {
    if (this.#reg !== 'prox' || sr === 0) return
    if (this.#held) {
      for (const i of this.#held) parameters[i] = 0
      return
    }
    const amount = (rates.lr * sr) / (1 - rates.momentum)
    this.budget += amount
    const reach = this.#hold === null ? undefined : this.#reachToHold(parameters, amount)
    if (reach === undefined) {
      for (const [from, to] of this.#gammas) shrink(parameters, from, to, amount)
    } else this.#holdWithin(parameters, reach)
  }

  /**
   * Where this step would bring the wanted share of gammas to zero, the |gamma| up to which they are to be; undefined
   * where it would not. Gammas fall side by side, so one step more may take most of the others along.
   */
  #reachToHold(parameters: Float32Array, amount: number): number | undefined {
    const sizes: number[] = []
    for (const [from, to] of this.#gammas) {
      for (let i = from; i < to; i++) sizes.push(Math.abs(parameters[i] as number))
    }
    const wanted = Math.ceil((this.#hold ?? 1) * sizes.length)
    if (wanted === 0 || sizes.filter((size) => size <= amount).length < wanted) return undefined
    return sizes.sort((a, b) => a - b)[wanted - 1]
  }

  /** Zeroes the gammas within reach and holds them there; the others stay as they are. */
  #holdWithin(parameters: Float32Array, reach: number): void {
    const zeros: number[] = []
    for (const [from, to] of this.#gammas) {
      for (let i = from; i < to; i++) {
        if (Math.abs(parameters[i] as number) > reach) continue
        parameters[i] = 0
        zeros.push(i)
      }
    }
    this.#held = Int32Array.from(zeros)
  }
}

function shrink(parameters: Float32Array, from: number, to: number, amount: number): void {
  for (let i = from; i < to; i++) {
    const value = parameters[i] as number
    parameters[i] = Math.abs(value) <= amount ? 0 : value - Math.sign(value) * amount
  }
}

/**
 * Zeroes, in the moving average, the gammas that training has switched off: the average alone would approach zero
 * over thousands of steps, and the channel would look alive in the checkpoint that is pruned. A gamma counts when it
 * is zero at the ends of two epochs running, or of the last, since some come back after their first zero.
 */
export class SettledZeros {
  readonly #gammas: readonly GammaRange[]
  #before = new Set<number>()

  constructor(gammas: readonly GammaRange[]) {
    this.#gammas = gammas
  }

  epochEnd(parameters: Float32Array, average: Float32Array, last: boolean): void {
    const zeros = new Set<number>()
    for (const [from, to] of this.#gammas) {
      for (let i = from; i < to; i++) if (parameters[i] === 0) zeros.add(i)
    }
    for (const i of zeros) if (last || this.#before.has(i)) average[i] = 0
    this.#before = zeros
  }
}
