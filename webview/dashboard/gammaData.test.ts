import { describe, expect, it } from 'vitest'
import { gammaBins, packGammas } from '../../src/runs/gammaBlock'
import { shortLayer } from '../charts/layerName'
import {
  binWidth,
  cliffOf,
  gammaCut,
  heatCells,
  rowOf,
  sharesBelow,
  shownEpoch,
  sortedCurve,
  strips,
} from './gammaData'

const layer = (
  name: string,
  counts: Readonly<Record<number, number>>,
  nearZero: number,
  top: number,
) => ({
  ...{
    name,
    nearZero,
    quantiles: [0, 0.1, 0.2, 0.3, top] as [number, number, number, number, number],
  },
  histogram: Array.from({ length: gammaBins }, (_, bin) => counts[bin] ?? 0),
})
const event = (epoch: number, ...layers: ReturnType<typeof layer>[]) =>
  ({ v: 1, t: 1, type: 'gamma', epoch, layers }) as const

/** 20 channels: first all in bin 32, then 10 at zero, 2 elsewhere in the first bin, 8 in bin 16. */
const block = packGammas([
  event(0, layer('model.0.bn', { 32: 10 }, 0, 1.02), layer('model.1.bn', { 32: 10 }, 0, 1.01)),
  event(4, layer('model.0.bn', { 0: 10 }, 8, 0.02), layer('model.1.bn', { 0: 2, 16: 8 }, 2, 0.52)),
])

describe('gammas for the screen', () => {
  it('finds the row nearest to an epoch', () => {
    expect([rowOf(block, 0), rowOf(block, 1), rowOf(block, 99)]).toEqual([0, 0, 1])
    expect(rowOf(packGammas([]), 3)).toBe(-1)
  })

  it('shows the epoch that is chosen while the run has it, else the latest', () => {
    expect(shownEpoch([0, 5, 9], 5)).toBe(5)
    expect(shownEpoch([0, 5, 9], undefined)).toBe(9)
    // It was chosen of another run.
    expect(shownEpoch([0, 1], 5)).toBe(1)
    expect(shownEpoch([], 5)).toBe(0)
  })

  it('gives shares by epoch and bin, as high as any epoch needs', () => {
    const { cells, bins } = heatCells(block, undefined)
    expect(bins).toBe(33)
    expect(cells).toEqual([
      { row: 0, bin: 32, share: 1 },
      { row: 1, bin: 0, share: 0.6 },
      { row: 1, bin: 16, share: 0.4 },
    ])
    expect(heatCells(block, 1).cells[2]).toEqual({ row: 1, bin: 16, share: 0.8 })
  })

  it('sorts channels by gamma, those near zero first', () => {
    const { x, y } = sortedCurve(block, 1)
    expect(x).toEqual([0, 0.5, 0.6, 0.6, 1])
    expect(y).toEqual([0, 0.01, binWidth, 16 * binWidth, 17 * binWidth])
  })

  it('knows the gamma at a share and the share at a gamma', () => {
    expect(gammaCut(block, 1, 0.25)).toBeLessThan(0.01)
    expect(gammaCut(block, 1, 0.8)).toBeCloseTo(16.5 * binWidth)
    expect(gammaCut(block, 0, 1)).toBeCloseTo(33 * binWidth)
    expect(sharesBelow(block, 0.01)).toEqual(Float64Array.of(0, 0.5))
    expect(sharesBelow(block, 16.5 * binWidth)[1]).toBeCloseTo(0.8)
    expect(sharesBelow(block, 1.9)).toEqual(Float64Array.of(1, 1))
  })

  it('marks the cliff: where the weakest layer loses its last channel', () => {
    const cliff = cliffOf(block, 1)
    expect(cliff?.layer).toBe('model.0.bn')
    // All 10 of it, and the 2 of the other that are not above its largest.
    expect(cliff?.share).toBeCloseTo(0.6)
    expect(cliffOf(block, -1)).toBeUndefined()
  })

  it('lets a layer of zeros go with the other zeros, not before them', () => {
    const zeros = packGammas([
      event(0, layer('model.0.bn', { 0: 10 }, 10, 0), layer('model.1.bn', { 0: 5, 16: 5 }, 5, 0.5)),
    ])
    expect(cliffOf(zeros, 0)).toEqual({ layer: 'model.0.bn', gamma: 0, share: 0.75 })
  })

  it('lists the layers with their quantiles', () => {
    const [first, second] = strips(block, 1)
    expect(first).toMatchObject({ layer: 'model.0.bn', nearZero: 0.8 })
    expect(second?.quantiles[4]).toBeCloseTo(0.52)
    expect(shortLayer('model.2.m.0.cv1.bn')).toBe('2.m.0.cv1')
  })
})
