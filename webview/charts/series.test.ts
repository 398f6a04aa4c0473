import { describe, expect, it } from 'vitest'
import { csvOf, smooth, tableOf, thin } from './series'

describe('smooth', () => {
  it('leaves a line alone without weight, and a constant with any', () => {
    expect([...smooth([1, 5, 2], 0)]).toEqual([1, 5, 2])
    for (const value of smooth([3, 3, 3], 0.9)) expect(value).toBeCloseTo(3, 12)
  })

  it('averages the past, corrected for its start, and keeps gaps', () => {
    const smoothed = smooth([1, Number.NaN, 3], 0.5)
    expect(smoothed[0]).toBeCloseTo(1)
    expect(smoothed[1]).toBeNaN()
    expect(smoothed[2]).toBeCloseTo((0.25 * 1 + 0.5 * 3) / 0.75)
  })
})

describe('thin', () => {
  const x = Array.from({ length: 10_000 }, (_, i) => i)

  it('leaves few points as they are', () => {
    const points = { x: [0, 1], y: [5, 6] }
    expect(thin(points, 1000)).toEqual(points)
  })

  it('keeps ends, order and every spike', () => {
    const y = x.map((i) => (i === 6789 ? 100 : i === 1234 ? -100 : Math.sin(i / 500)))
    const thinned = thin({ x, y }, 1000)
    expect(thinned.x.length).toBeLessThanOrEqual(1002)
    const xs = Array.from(thinned.x)
    expect(xs).toEqual([...xs].sort((a, b) => a - b))
    expect([xs[0], xs.at(-1)]).toEqual([0, 9999])
    expect(Math.max(...Array.from(thinned.y))).toBe(100)
    expect(Math.min(...Array.from(thinned.y))).toBe(-100)
  })

  it('keeps a gap that is wider than a stretch', () => {
    const y = x.map((i) => (i > 3000 && i < 6000 ? Number.NaN : 1))
    const { x: xs, y: ys } = thin({ x, y }, 1000)
    const middle = Array.from(ys).filter((_, i) => (xs[i] ?? 0) > 3100 && (xs[i] ?? 0) < 5900)
    expect(middle.length).toBeGreaterThan(10)
    expect(middle.every(Number.isNaN)).toBe(true)
  })
})

describe('the table behind a chart', () => {
  it('has a row for each x of any line', () => {
    const lines = [
      { name: 'a', x: [1, 2], y: [0.5, Number.NaN] },
      { name: 'b', x: [2, 3], y: [7, 8] },
    ]
    expect(tableOf('epoch', lines)).toEqual({
      heads: ['epoch', 'a', 'b'],
      rows: [
        [1, 0.5, null],
        [2, null, 7],
        [3, null, 8],
      ],
    })
  })

  it('is written as CSV that says it is UTF-8, with quotes where they are needed', () => {
    const table = { heads: ['epoch', 'run "a", b'], rows: [[1, null] as const, [2, 0.5] as const] }
    expect(csvOf(table)).toBe('\uFEFFepoch,"run ""a"", b"\r\n1,\r\n2,0.5\r\n')
  })
})
