import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RecordSplitter } from '../core/tensorboard/records'
import { decodeSummaryEvent } from '../core/tensorboard/summary'
import type { EpochEvent, GammaEvent } from './events'
import { SummaryWriter, summaryOf } from './summaries'

const epoch: EpochEvent = {
  ...{ v: 1, t: 5000, type: 'epoch', epoch: 3, epochs: 10, seconds: 2 },
  train: { box: 0.5, obj: 0.25, cls: 0.125 },
  val: {},
  ...{ precision: 0.5, recall: null, mAP50: 0.75, mAP50_95: 0.5, lr: 0.25, sr: 0.125 },
}
const bins = (low: number, high: number) => [low, ...Array<number>(62).fill(0), high]
const gamma: GammaEvent = {
  ...{ v: 1, t: 6000, type: 'gamma', epoch: 3 },
  layers: [
    { name: 'model.0.bn', histogram: bins(6, 2), nearZero: 5, quantiles: [0, 0, 0, 0.5, 2.5] },
    { name: 'model.1.bn', histogram: bins(8, 0), nearZero: 3, quantiles: [0, 0, 0, 0, 0.02] },
  ],
}

it('names scalars as YOLOv5 does, and leaves out what was not measured', () => {
  expect(summaryOf(epoch)).toEqual({
    wallTime: 5,
    step: 3,
    scalars: [
      { tag: 'train/box_loss', value: 0.5 },
      { tag: 'train/obj_loss', value: 0.25 },
      { tag: 'train/cls_loss', value: 0.125 },
      { tag: 'metrics/precision', value: 0.5 },
      { tag: 'metrics/mAP_0.5', value: 0.75 },
      { tag: 'metrics/mAP_0.5:0.95', value: 0.5 },
      { tag: 'x/lr', value: 0.25 },
      { tag: 'x/sr', value: 0.125 },
    ],
    histograms: [],
  })
})

it('knows a learning rate that was not told from one of 0, and adds it later', () => {
  const tags = summaryOf({ ...epoch, lr: null })?.scalars.map(({ tag }) => tag)
  expect(tags).not.toContain('x/lr')
  expect(tags).toContain('x/sr')
  expect(summaryOf({ ...epoch, amends: true })).toMatchObject({
    ...{ step: 3, scalars: [{ tag: 'x/lr', value: 0.25 }] },
  })
})

it('gives a histogram of all gammas, and one a layer', () => {
  const summary = summaryOf(gamma)
  expect(summary?.scalars).toEqual([{ tag: 'gamma/share_near_zero', value: 0.5 }])
  const [all, first] = summary?.histograms ?? []
  expect(summary?.histograms.map(({ tag }) => tag)).toEqual([
    'gamma',
    'gamma/model.0.bn',
    'gamma/model.1.bn',
  ])
  expect(all?.histogram.counts).toEqual(bins(14, 2))
  expect(all?.histogram.max).toBe(2.5)
  expect(first?.histogram.limits.slice(0, 2)).toEqual([2 / 64, 4 / 64])
})

it('begins the histogram of all gammas at the smallest of any layer', () => {
  const layers = gamma.layers.map((layer, i) => ({
    ...layer,
    quantiles: [0.5 - i / 4, 1, 1, 1, 1] as const,
  }))
  expect(summaryOf({ ...gamma, layers })?.histograms[0]?.histogram.min).toBe(0.25)
  expect(summaryOf({ ...gamma, layers: [] })?.histograms[0]?.histogram.min).toBe(0)
})

it('writes a file that can be read along', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slim-summaries-'))
  try {
    const writer = new SummaryWriter(folder)
    await writer.write({ v: 1, t: 1, type: 'stopped' })
    await writer.write(epoch)
    await writer.write(gamma)
    const [name = ''] = await readdir(folder)
    expect(name).toMatch(/^events\.out\.tfevents\.\d+\./)
    const records = new RecordSplitter().push(await readFile(join(folder, name)))
    const [, first, second] = records.map(decodeSummaryEvent)
    expect(first).toEqual(summaryOf(epoch))
    expect(second?.histograms).toEqual(summaryOf(gamma)?.histograms)
  } finally {
    await rm(folder, { recursive: true })
  }
})
