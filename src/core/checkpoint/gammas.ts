import type { Checkpoint } from './checkpoint'
import { numelOf } from './tensorData'
import type { PyTensor } from './values'

/** abs(gamma) below this counts as near zero, in the event log too. */
const nearZeroBelow = 0.01

/** abs(gamma) of one BatchNorm layer; quantiles interpolate linearly, as numpy's and torch's do. */
export type GammaLayer = {
  /** The BatchNorm module, e.g. `model.2.cv1.bn`. */
  readonly name: string
  readonly channels: number
  readonly gamma: GammaSummary
}

export type GammaSummary = {
  readonly min: number
  readonly q25: number
  readonly median: number
  readonly q75: number
  readonly max: number
  /** Number of channels with abs(gamma) below 0.01. */
  readonly nearZero: number
}

/** Reads and summarises the gammas given by layer name, in the order given. Throws a SlimError for damage. */
export function gammaLayers(
  checkpoint: Checkpoint,
  gammas: readonly (readonly [string, PyTensor])[],
): GammaLayer[] {
  return gammas.map(([name, tensor]) => ({
    name,
    channels: numelOf(tensor.shape),
    gamma: summarise(checkpoint.readTensor(tensor)),
  }))
}

/** Summary of abs(gamma). NaN counts as larger than any number; all zeros for no channels. */
export function summarise(gamma: Float32Array): GammaSummary {
  const sorted = gamma.map(Math.abs).sort()
  const quantile = (share: number) => {
    const position = share * (sorted.length - 1)
    const low = Math.floor(position)
    const below = sorted[low] ?? 0
    const above = sorted[Math.ceil(position)] ?? below
    return above === below ? below : below + (above - below) * (position - low)
  }
  return {
    min: quantile(0),
    q25: quantile(0.25),
    median: quantile(0.5),
    q75: quantile(0.75),
    max: quantile(1),
    nearZero: sorted.filter((value) => value < nearZeroBelow).length,
  }
}
