import { float32FromBase64 } from '../../src/core/slimming/base64'

/** abs(gamma) of one layer, for a row of the table. */
export type GammaStats = {
  readonly channels: number
  /** Channels with abs(gamma) below 0.01, as in the event log. */
  readonly nearZero: number
  readonly median: number
  readonly max: number
  /** Channels by abs(gamma), from 0 to the `most` that all layers share. */
  readonly bins: readonly number[]
}

const binCount = 32
const nearZeroBelow = 0.01

/** Absolute values in ascending order; NaN last. */
export function sortedGammas(base64: string): Float32Array {
  return float32FromBase64(base64).map(Math.abs).sort()
}

/** Statistics of sorted absolute values; all zeros where there are none. */
export function gammaStats(sorted: Float32Array, most: number): GammaStats {
  const bins = new Array<number>(binCount).fill(0)
  let nearZero = 0
  for (const value of sorted) {
    if (value < nearZeroBelow) nearZero++
    const bin = Math.min(binCount - 1, Math.floor((value / most) * binCount))
    if (bin >= 0) bins[bin] = (bins[bin] ?? 0) + 1
  }
  const middle = (sorted.length - 1) / 2
  const low = sorted[Math.floor(middle)] ?? 0
  const high = sorted[Math.ceil(middle)] ?? 0
  return {
    ...{ channels: sorted.length, nearZero, bins },
    median: (low + high) / 2,
    max: sorted.at(-1) ?? 0,
  }
}

/** The largest number among the layers' gammas; 1 where there is none. */
export function largest(layers: readonly Float32Array[]): number {
  let most = 0
  for (const layer of layers) {
    for (const value of layer) if (value > most && Number.isFinite(value)) most = value
  }
  return most || 1
}
