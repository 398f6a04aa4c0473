import { expect, it } from 'vitest'
import { gammaBins, packGammas } from '../../../src/runs/gammaBlock'
import { histogramTable } from './gammaTable'

const event = (epoch: number, channels: number) => ({
  epoch,
  layers: ['model.0.bn', 'model.1.bn'].map((name) => ({
    ...{
      name,
      nearZero: 0,
      quantiles: [0, 0, 0, 0, 0] as [number, number, number, number, number],
    },
    histogram: Array.from({ length: gammaBins }, (_, bin) => (bin === 1 ? channels : 0)),
  })),
})
const block = packGammas([event(0, 3), event(40, 4)])

it('holds every epoch that the page has, and says of how many', () => {
  const { heads, rows } = histogramTable(block, undefined, 500)
  expect(heads.slice(0, 3)).toEqual(['epoch (2 of 500)', '0.000', '0.031'])
  expect(rows.map((row) => row.slice(0, 3))).toEqual([
    [1, 0, 6],
    [41, 0, 8],
  ])
  expect(histogramTable(block, 1, 2).heads[0]).toBe('epoch')
  expect(histogramTable(block, 1, 2).rows[0]?.[2]).toBe(3)
})
