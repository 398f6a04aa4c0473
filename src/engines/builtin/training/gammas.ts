import type { GammaEvent } from '../../../runs/events'

const bins = 64
const range = 2
const nearZero = 0.01

/** What a `gamma` event tells of one BN layer, from its gammas. */
export function gammaLayer(name: string, gammas: Float32Array): GammaEvent['layers'][number] {
  const sorted = gammas.filter(Number.isFinite).map(Math.abs).sort()
  const histogram = new Array<number>(bins).fill(0)
  let near = 0
  for (const value of sorted) {
    const bin = Math.min(bins - 1, Math.floor((value / range) * bins))
    histogram[bin] = (histogram[bin] ?? 0) + 1
    if (value < nearZero) near++
  }
  const at = (share: number): number => quantile(sorted, share)
  return {
    name,
    histogram,
    nearZero: near,
    quantiles: [at(0), at(0.25), at(0.5), at(0.75), at(1)],
  }
}

/** Linear between the neighbours, as numpy's and torch's default. */
function quantile(sorted: Float32Array, share: number): number {
  const position = share * (sorted.length - 1)
  const low = Math.floor(position)
  const a = sorted[low] ?? 0
  const b = sorted[low + 1] ?? a
  return a + (b - a) * (position - low)
}
