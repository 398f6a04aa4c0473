import type { GammaEvent } from '../../../src/runs/events'

const seconds = 60
const losses = { box: 0.05, obj: 0.02, cls: 0.01 }
const rest = JSON.stringify({ batches: 2 * seconds, losses, lr: 0.01, memory: 4e9 }).slice(1)
/** Gammas as text, by the number of layers: writing a gigabyte shall not take longer than reading it. */
const gammaTexts = new Map<number, string>()

/** What a training of a minute an epoch logs of one: two events of progress a second, its scores, its gammas. */
export function epochLines(epoch: number, epochs: number, layers: number): string {
  const begun = 1_700_000_000_000 + epoch * seconds * 1000
  const end = begun + seconds * 1000
  const head = (type: string, t: number) => `{"v":1,"t":${t},"type":"${type}","epoch":${epoch},`
  let text = ''
  for (let batch = 1; batch <= 2 * seconds; batch++) {
    text += `${head('progress', begun + batch * 500)}"batch":${batch},${rest}\n`
  }
  const scores = { precision: 0.5, recall: 0.5, mAP50: 0.5, mAP50_95: 0.3 + epoch * 1e-5 }
  const row = { epochs, train: losses, val: losses, ...scores, lr: 0.01, sr: 0.001, seconds }
  text += `${head('epoch', end)}${JSON.stringify(row).slice(1)}\n`
  const gammas = gammaTexts.get(layers) ?? JSON.stringify(gammasOf(layers))
  gammaTexts.set(layers, gammas)
  return `${text}${head('gamma', end)}"layers":${gammas}}\n`
}

/** Gammas of some layers with a hundred channels each. */
function gammasOf(layers: number): GammaEvent['layers'] {
  return Array.from({ length: layers }, (_, i) => ({
    name: `model.${i}.cv1.bn`,
    histogram: Array.from({ length: 64 }, (_, bin) => (bin < 50 ? 2 : 0)),
    nearZero: 2,
    quantiles: [0, 0.2, 0.5, 0.8, 1.5],
  }))
}
