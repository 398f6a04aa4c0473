import { hostname } from 'node:os'
import { join } from 'node:path'
import { appendWhole } from '../core/disk/diskErrors'
import { frameRecord } from '../core/tensorboard/records'
import {
  encodeFileVersion,
  encodeSummaryEvent,
  type Histogram,
  type SummaryEvent,
} from '../core/tensorboard/summary'
import type { EpochEvent, GammaEvent, RunEvent } from './events'

/** The names that YOLOv5 itself logs under, so that one chart of TensorBoard shows its runs and ours. */
export const scoreTags = {
  precision: 'metrics/precision',
  recall: 'metrics/recall',
  mAP50: 'metrics/mAP_0.5',
  mAP50_95: 'metrics/mAP_0.5:0.95',
} as const

/** What TensorBoard shows of an event; undefined for what only our own charts show. */
export function summaryOf(event: RunEvent): SummaryEvent | undefined {
  switch (event.type) {
    case 'epoch': {
      const scalars = event.amends ? rateOf(event) : scalarsOf(event)
      return { ...common(event), scalars, histograms: [] }
    }
    case 'gamma':
      return { ...common(event), scalars: [nearZeroOf(event)], histograms: histogramsOf(event) }
    default:
      return undefined
  }
}

function common({ t, epoch }: EpochEvent | GammaEvent): Pick<SummaryEvent, 'wallTime' | 'step'> {
  return { wallTime: t / 1000, step: epoch }
}

function scalarsOf(event: EpochEvent): SummaryEvent['scalars'] {
  const losses = (['train', 'val'] as const).flatMap((set) =>
    Object.entries(event[set]).map(([name, value]) => ({ tag: `${set}/${name}_loss`, value })),
  )
  const scores = (Object.keys(scoreTags) as (keyof typeof scoreTags)[]).flatMap((key) => {
    const value = event[key]
    return value === null ? [] : [{ tag: scoreTags[key], value }]
  })
  return [...losses, ...scores, ...rateOf(event), { tag: 'x/sr', value: event.sr }]
}

function rateOf({ lr }: EpochEvent): SummaryEvent['scalars'] {
  return lr === null ? [] : [{ tag: 'x/lr', value: lr }]
}

function nearZeroOf({ layers }: GammaEvent): SummaryEvent['scalars'][number] {
  const near = layers.reduce((sum, { nearZero }) => sum + nearZero, 0)
  const all = layers.reduce((sum, { histogram }) => sum + histogram.reduce((a, b) => a + b, 0), 0)
  return { tag: 'gamma/share_near_zero', value: all === 0 ? 0 : near / all }
}

function histogramsOf({ layers }: GammaEvent): SummaryEvent['histograms'] {
  const all: number[] = []
  let largest = 0
  for (const { histogram, quantiles } of layers) {
    largest = Math.max(largest, quantiles[4])
    histogram.forEach((count, bin) => {
      all[bin] = (all[bin] ?? 0) + count
    })
  }
  const each = layers.map(({ name, histogram, quantiles }) => ({
    tag: `gamma/${name}`,
    histogram: gammaHistogram(histogram, quantiles[0], quantiles[4]),
  }))
  // TensorBoard lets the first bucket that holds any begin there, and spreads its gammas from it.
  const smallest =
    layers.length === 0 ? 0 : Math.min(...layers.map(({ quantiles }) => quantiles[0]))
  return [{ tag: 'gamma', histogram: gammaHistogram(all, smallest, largest) }, ...each]
}

/** Equal bins over [0, 2), of which the last also takes what lies beyond. */
function gammaHistogram(counts: readonly number[], min: number, max: number): Histogram {
  const width = 2 / Math.max(1, counts.length)
  const limits = counts.map((_, bin) => (bin + 1) * width)
  return { min, max, limits, counts }
}

/**
 * Writes what TensorBoard shows of a run beside its event log: `slim/events.out.tfevents.<time>.<host>`. Call it in
 * order; each event is one append, so that TensorBoard can read along.
 */
export class SummaryWriter {
  private readonly path: string
  private begun = false

  constructor(slimDir: string, now = Date.now()) {
    this.path = join(slimDir, `events.out.tfevents.${Math.floor(now / 1000)}.${hostname()}`)
  }

  async write(event: RunEvent): Promise<void> {
    const summary = summaryOf(event)
    if (!summary) return
    const head = this.begun ? [] : [frameRecord(encodeFileVersion(summary.wallTime))]
    await appendWhole(this.path, Buffer.concat([...head, frameRecord(encodeSummaryEvent(summary))]))
    this.begun = true
  }
}
