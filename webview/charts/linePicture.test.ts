import type { ChartConfiguration } from 'chart.js'
import { describe, expect, it } from 'vitest'
import { type Line, linePicture } from './linePicture'

const gap = Number.NaN
const line = (y: readonly number[], change: Partial<Line> = {}): Line => ({
  ...{ x: y.map((_, at) => at), y, name: 'a', color: '#000' },
  ...change,
})
function datasets(lines: readonly Line[], log = false) {
  const { config } = linePicture({ lines, log, xTitle: 'epoch', summary: '' })
  return (config as ChartConfiguration<'line'>).data.datasets
}
const radius = (y: readonly number[], log = false) => datasets([line(y)], log)[0]?.pointRadius

describe('a picture of lines', () => {
  it('draws a point that no line comes to, and no others', () => {
    expect(radius([1])).toEqual([3])
    expect(radius([gap, gap, 1])).toEqual([0, 0, 3])
    expect(radius([1, gap, 1, 1, gap, 1, gap])).toEqual([3, 0, 0, 0, 0, 3, 0])
  })

  it('styles no point of its own where none is alone', () => {
    expect(radius([1, 2, gap, 3, 4])).toBe(0)
    expect(radius([gap, gap])).toBe(0)
    expect(radius([])).toBe(0)
  })

  it('takes what a logarithmic scale has no place for as a gap', () => {
    expect(radius([0, 1, 0])).toBe(0)
    expect(radius([0, 1, 0], true)).toEqual([0, 3, 0])
  })

  it('draws what is pinned before the others, and what is smoothed behind them', () => {
    const lines = [line([1, 2]), line([1, 2], { front: true }), line([1, 2], { faint: true })]
    expect(datasets(lines).map(({ order }) => order)).toEqual([0, -1, 1])
  })

  it('has in table and crosshair both what was logged and what smooths it', () => {
    const logged = line([1, 3], { name: 'thin', faint: true })
    const lines = [logged, line([1, 2], { name: 'thin (smoothed)' })]
    const { table, config } = linePicture({ lines, xTitle: 'epoch', summary: '' })
    expect(table()).toEqual({
      heads: ['epoch', 'thin', 'thin (smoothed)'],
      rows: [
        [0, 1, 1],
        [1, 3, 2],
      ],
    })
    expect(config.options?.plugins?.tooltip?.filter).toBeUndefined()
  })
})
