import { appendFile, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EpochEvent, GammaEvent, RunEvent } from './events'
import { epoch as epochEvent, gamma, progress, started } from './format/testing'
import {
  emptyBlock,
  gammaBins,
  histogramAt,
  mergeBlocks,
  nearZeroAt,
  packGammas,
} from './gammaBlock'
import { RunHistory } from './history'
import { spread } from './spread'
import { runFiles } from './store'

let runDir: string
let log: string
beforeEach(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'history-'))
  log = runFiles(runDir).events
  await mkdir(runFiles(runDir).slimDir)
})
afterEach(async () => rm(runDir, { recursive: true, force: true }))

const line = (event: RunEvent): string => `${JSON.stringify(event)}\n`
const epochAt = (epoch: number, change: Partial<EpochEvent> = {}): string =>
  line({ ...epochEvent, epoch, ...change })
const histogram = (bin: number, channels: number): number[] =>
  Array.from({ length: gammaBins }, (_, i) => (i === bin ? channels : 0))
const gammaAt = (epoch: number, bin: number): GammaEvent => ({
  ...gamma,
  epoch,
  layers: ['model.0.bn', 'model.1.bn'].map((name, i) => ({
    ...{ name, histogram: histogram(bin + i, 10), nearZero: bin === 0 ? 4 : 0 },
    quantiles: [0, 0.25, 0.5, 0.75, 1],
  })),
})

describe('RunHistory', () => {
  it('has a gap where a learning rate is not known, until it is told', async () => {
    await writeFile(log, line(started) + epochAt(0, { lr: null }) + epochAt(1, { lr: null }))
    const history = new RunHistory(runDir)
    await history.read()
    expect(history.table.column('lr')).toEqual([Number.NaN, Number.NaN])
    await appendFile(log, epochAt(0, { amends: true }))
    expect((await history.read()).epochs).toEqual([0])
    expect(history.table.column('lr')).toEqual([epochEvent.lr, Number.NaN])
  })

  it('is empty for a run that has not begun', async () => {
    const history = new RunHistory(runDir)
    expect(await history.read()).toEqual({ reset: false, changed: false, epochs: [], gammas: [] })
    expect(history.gammaEpochs).toEqual([])
  })

  it('reads on, and tells which epochs and gammas came', async () => {
    await writeFile(log, line(started) + epochAt(0) + line(gammaAt(0, 30)))
    const history = new RunHistory(runDir)
    expect(await history.read()).toMatchObject({ changed: true, epochs: [0], gammas: [0] })
    await appendFile(log, line({ ...progress, epoch: 1, batch: 3 }) + line(gammaAt(1, 20)))
    expect(await history.read()).toMatchObject({ changed: true, epochs: [], gammas: [1] })
    expect(history.digest.progress).toMatchObject({ epoch: 1, batch: 3 })
    expect(await history.read()).toMatchObject({ changed: false, epochs: [], gammas: [] })
  })

  it('takes the later of two events of an epoch, as a resumed run writes them', async () => {
    await writeFile(log, epochAt(0, { mAP50: 0.1 }) + epochAt(1, { mAP50: 0.2 }))
    await appendFile(log, line(gammaAt(1, 30)) + line({ ...started, resumed: true }))
    await appendFile(log, epochAt(1, { mAP50: 0.3 }) + line(gammaAt(1, 10)) + epochAt(3))
    const history = new RunHistory(runDir)
    await history.read()
    expect(history.table.epochs).toEqual([0, 1, 3])
    expect(history.table.column('mAP50').slice(0, 2)).toEqual([0.1, 0.3])
    expect(await history.gammas([0, 1])).toEqual(packGammas([gammaAt(1, 10)]))
  })

  it('keeps epochs without evaluation, and losses that were not a number', async () => {
    await writeFile(
      log,
      epochAt(0, { val: {}, mAP50: null, mAP50_95: null }) +
        epochAt(1, { train: { box: 0.5 } }).replace('"box":0.5', '"box":NaN'),
    )
    const history = new RunHistory(runDir)
    await history.read()
    expect(history.table.column('mAP50')[0]).toBeNaN()
    expect(history.table.column('train/box')[1]).toBeNaN()
    expect(history.table.epochs).toEqual([0, 1])
  })

  it('begins anew when the log was cut', async () => {
    await writeFile(log, epochAt(0) + epochAt(1) + line(gammaAt(1, 30)))
    const history = new RunHistory(runDir)
    await history.read()
    await truncate(log, 0)
    await writeFile(log, epochAt(7))
    const change = await history.read()
    expect(change).toMatchObject({ reset: true, epochs: [7], gammas: [] })
    expect(history.table.epochs).toEqual([7])
    expect(await history.gammas([1])).toEqual(emptyBlock)
  })

  it('finds gammas again across the chunks of a long log', async () => {
    const padding = line({ v: 1, t: 1, type: 'warning', code: 'w', text: 'é'.repeat(40_000) })
    for (let epoch = 0; epoch < 40; epoch++) {
      await appendFile(log, padding + line(gammaAt(epoch, epoch)))
    }
    const history = new RunHistory(runDir)
    await history.read()
    expect(history.gammaEpochs).toHaveLength(40)
    expect(await history.gammas([39, 0, 17])).toEqual(
      packGammas([0, 17, 39].map((epoch) => gammaAt(epoch, epoch))),
    )
    const all = history.gammaEpochs
    expect(await history.gammas(all)).toEqual(packGammas(all.map((epoch) => gammaAt(epoch, epoch))))
  })
})

describe('gamma blocks', () => {
  it('hold histograms, counts and quantiles by epoch and layer', () => {
    const block = packGammas([gammaAt(0, 0), gammaAt(5, 30)])
    expect(block.epochs).toEqual(Float64Array.of(0, 5))
    expect(histogramAt(block, 1)[30]).toBe(10)
    expect(histogramAt(block, 1)[31]).toBe(10)
    expect(histogramAt(block, 1, 0)[31]).toBe(0)
    expect(nearZeroAt(block, 0)).toBeCloseTo(0.4)
    expect(nearZeroAt(block, 1, 1)).toBe(0)
    expect([...block.quantiles.slice(-5)]).toEqual([0, 0.25, 0.5, 0.75, 1])
  })

  it('grow, and take the later row of an epoch', () => {
    const merged = mergeBlocks(
      packGammas([gammaAt(0, 9), gammaAt(3, 9)]),
      packGammas([gammaAt(1, 9), gammaAt(3, 5)]),
    )
    expect(merged).toEqual(packGammas([gammaAt(0, 9), gammaAt(1, 9), gammaAt(3, 5)]))
    expect(mergeBlocks(packGammas([]), merged)).toEqual(merged)
    expect(mergeBlocks(merged, packGammas([]))).toEqual(merged)
  })
})

it('spreads a choice evenly, with both ends', () => {
  expect(spread([1, 2, 3], 5)).toEqual([1, 2, 3])
  expect(
    spread(
      Array.from({ length: 1000 }, (_, i) => i),
      4,
    ),
  ).toEqual([0, 333, 666, 999])
})
