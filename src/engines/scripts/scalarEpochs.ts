import { scoreTags } from '../../runs/summaries'
import type { Scalars } from './eventFiles'
import type { ResultRow, ScriptRate } from './results'

const isLossTag = /^(train|val)\/(box|obj|cls)_loss$/

type Values = ReadonlyMap<string, number>

/** Epochs as a script tells TensorBoard of them, value by value, and up to two minutes late. */
export class ScalarEpochs {
  private readonly steps = new Map<number, Map<string, number>>()

  add(scalars: Scalars): void {
    for (const [step, values] of scalars) {
      const all = this.steps.get(step) ?? new Map<string, number>()
      for (const [tag, value] of values) if (isOfEpoch(tag)) all.set(tag, value)
      if (all.size > 0) this.steps.set(step, all)
    }
  }

  rate(epoch: number, tag: ScriptRate): number | null {
    return this.steps.get(epoch)?.get(tag) ?? null
  }

  /**
   * Epochs that are told to their end: a later one has begun, or it has as many values as the one before.
   *
   * @param ended nothing will follow, so that every epoch is
   */
  rows(rateTag: ScriptRate, ended: boolean): readonly ResultRow[] {
    // A step without any score is no epoch.
    const scores = new Set<string>(Object.values(scoreTags))
    const epochs = [...this.steps]
      .filter(([, values]) => [...values.keys()].some((tag) => scores.has(tag)))
      .sort(([a], [b]) => a - b)
    const [last, before] = [epochs.at(-1)?.[1], epochs.at(-2)?.[1]]
    const whole = ended || (last && before && last.size >= before.size)
    return (whole ? epochs : epochs.slice(0, -1)).map(([epoch, values]) => ({
      epoch,
      ...{ train: losses(values, 'train'), val: losses(values, 'val') },
      precision: scoreOf(values, scoreTags.precision),
      recall: scoreOf(values, scoreTags.recall),
      mAP50: scoreOf(values, scoreTags.mAP50),
      mAP50_95: scoreOf(values, scoreTags.mAP50_95),
      lr: scoreOf(values, rateTag),
    }))
  }
}

function isOfEpoch(tag: string): boolean {
  return /^(?:metrics|x)\//.test(tag) || isLossTag.test(tag)
}

function losses(values: Values, set: 'train' | 'val'): Record<string, number> {
  const found = [...values].flatMap(([tag, value]) => {
    const [, ofSet, name = ''] = isLossTag.exec(tag) ?? []
    return ofSet === set ? [[name, value] as const] : []
  })
  return Object.fromEntries(found)
}

function scoreOf(values: Values, tag: string): number | null {
  const value = values.get(tag) ?? Number.NaN
  return Number.isFinite(value) ? value : null
}
