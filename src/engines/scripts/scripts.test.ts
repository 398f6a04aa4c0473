import { describe, expect, it } from 'vitest'
import { parseEvent } from '../../runs/eventCheck'
import { isGammaTag, layerOf } from './gammas'
import { stageOfScript } from './prepare'
import { parseResultsCsv, parseResultsText } from './results'

describe('results files', () => {
  const header =
    '               epoch,      train/box_loss,      train/obj_loss,      train/cls_loss,   metrics/precision,      metrics/recall,     metrics/mAP_0.5,metrics/mAP_0.5:0.95,        val/box_loss,        val/obj_loss,        val/cls_loss,               x/lr0,               x/lr1,               x/lr2'
  const row = '0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.11, 0.12, 0.13, 0.07, 0.003, 0.003'

  it('of v6.0 and later give the rate of the gammas', () => {
    const [first, ...others] = parseResultsCsv(`${header}\n${row}\n`, 'x/lr1')
    expect(others).toEqual([])
    expect(first).toEqual({
      epoch: 0,
      train: { box: 0.1, obj: 0.2, cls: 0.3 },
      val: { box: 0.11, obj: 0.12, cls: 0.13 },
      ...{ precision: 0.4, recall: 0.5, mAP50: 0.6, mAP50_95: 0.7, lr: 0.003 },
    })
    expect(parseResultsCsv(`${header}\n${row}\n`, 'x/lr0')[0]?.lr).toBe(0.07)
  })

  it('are read up to the last whole line', () => {
    expect(parseResultsCsv(`${header}\n${row}\n1, 0.1, 0.2`, 'x/lr0')).toHaveLength(1)
    expect(parseResultsCsv(header, 'x/lr0')).toEqual([])
    expect(parseResultsCsv('', 'x/lr0')).toEqual([])
  })

  it('tell a NaN of the scores apart from 0', () => {
    const nan = row.replace('0.6', 'nan')
    expect(parseResultsCsv(`${header}\n${nan}\n`, 'x/lr0')[0]?.mAP50).toBeNull()
  })

  it('tell losses that are no numbers apart from 0, as the log does', () => {
    const diverged = row.replace('0.1, 0.2', 'nan, inf').replace('0.11', 'nan')
    const [read] = parseResultsCsv(`${header}\n${diverged}\n`, 'x/lr0')
    expect(read?.train).toEqual({ box: Number.NaN, obj: Number.NaN, cls: 0.3 })
    expect(read?.val.box).toBeNaN()
    const event = { v: 1, t: 1, type: 'epoch', ...read, epochs: 1, sr: 0, seconds: 1 }
    expect(parseEvent(JSON.stringify(event))).toEqual(event)
  })

  it('may lack a column of losses', () => {
    const [read] = parseResultsCsv('epoch,train/box_loss\n0, 0.1\n', 'x/lr0')
    expect(read).toMatchObject({ train: { box: 0.1, obj: 0 }, val: { box: 0 }, lr: null })
  })

  it('of v5.0 have 15 columns and no header', () => {
    const line =
      '       2/9        0G   0.0975   0.01907   0.02937    0.1459        13       160    0.0012     0.25    0.3      0.4   0.0881   0.0184   0.0281'
    expect(parseResultsText(`${line}\n${line.slice(0, 60)}`)).toEqual([
      {
        epoch: 2,
        train: { box: 0.0975, obj: 0.01907, cls: 0.02937 },
        val: { box: 0.0881, obj: 0.0184, cls: 0.0281 },
        ...{ precision: 0.0012, recall: 0.25, mAP50: 0.3, mAP50_95: 0.4, lr: null },
      },
    ])
  })
})

describe('histograms of scale factors', () => {
  it('are put into our bins without losing one', () => {
    const layer = layerOf('bn_weights/hist', {
      ...{ min: -0.5, max: 3, limits: [0, 0.02, 1, 3] },
      counts: [10, 30, 50, 10],
    })
    expect(layer.histogram).toHaveLength(64)
    expect(layer.histogram.reduce((a, b) => a + b, 0)).toBe(100)
    // A half of the second bucket, and 0.01 of the 0.5 that the negative ones spread over.
    expect(layer.nearZero).toBe(15)
    expect(layer.quantiles[0]).toBe(0)
    expect(layer.quantiles[4]).toBe(3)
    expect(layer.quantiles[2]).toBeGreaterThan(0.02)
    // Half of those between 1 and 3 lie beyond our last bin.
    expect(layer.histogram[63]).toBeGreaterThanOrEqual(5)
  })

  it('may hold all factors in one place', () => {
    const layer = layerOf('bn', { min: 1, max: 1, limits: [1], counts: [8] })
    expect(layer.histogram[32]).toBe(8)
    expect(layer.quantiles).toEqual([1, 1, 1, 1, 1])
    expect(layerOf('bn', { min: 0, max: 0, limits: [], counts: [] }).quantiles).toEqual([
      0, 0, 0, 0, 0,
    ])
  })

  it.each([
    ['bn_weights/hist', true],
    ['model.2.cv1.bn.weight', true],
    ['BatchNorm/gamma', true],
    ['model.2.cv1.bn.bias', false],
    ['x/subnet', false],
    ['metrics/mAP_0.5', false],
  ])('%s is one of gammas: %s', (tag, is) => {
    expect(isGammaTag(tag)).toBe(is)
  })
})

it.each([
  ['train_sparsity.py', 'sparse'],
  ['train_sparity.py', 'sparse'],
  ['prune.py', 'prune'],
  ['finetune_pruned.py', 'finetune'],
  ['slim_prune_yolov5s.py', 'prune'],
  ['prune_eval.py', 'val'],
  ['train_slim.py', 'train'],
])('%s is of the stage %s', (script, stage) => {
  expect(stageOfScript(script)).toBe(stage)
})
