/** Moving average of everything that training changes: what is evaluated, saved and pruned. */
export type Average = {
  readonly parameters: Float32Array
  readonly statistics: Float32Array
  /** Optimizer steps averaged so far. */
  updates: number
}

const decay = 0.9999
/** Updates over which the decay rises, so that the first epochs are not averages of noise. */
const rampUpdates = 2000

export function newAverage(
  parameters: Float32Array,
  statistics: Float32Array,
  updates = 0,
): Average {
  return { parameters: parameters.slice(), statistics: statistics.slice(), updates }
}

/** `ModelEMA.update` of utils/torch_utils.py (the same from v5.0 to v7.0): decay 0.9999 · (1 − exp(−updates / 2000)). */
export function updateAverage(
  average: Average,
  parameters: Float32Array,
  statistics: Float32Array,
): void {
  average.updates++
  const d = decay * (1 - Math.exp(-average.updates / rampUpdates))
  blend(average.parameters, parameters, d)
  blend(average.statistics, statistics, d)
}

function blend(mean: Float32Array, value: Float32Array, d: number): void {
  const rest = 1 - d
  for (let i = 0; i < mean.length; i++) {
    mean[i] = d * (mean[i] as number) + rest * (value[i] as number)
  }
}
