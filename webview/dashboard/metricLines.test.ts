import { describe, expect, it } from 'vitest'
import { EpochTable } from '../../src/runs/epochTable'
import { chainBounds, chainOffsets, type MetricRun, metricLines } from './metricLines'

function run(id: string, scores: readonly (number | null)[], parent?: string): MetricRun {
  const table = new EpochTable()
  for (const [epoch, mAP50] of scores.entries()) table.put(epoch, { mAP50 })
  return { id, name: id, table, marks: id === 'cut', ...(parent === undefined ? {} : { parent }) }
}

const lineage = [
  run('base', [0.1, 0.2, 0.3]),
  run('sparse', [0.2, 0.1], 'base'),
  run('cut', [], 'sparse'),
  run('fine', [0.25], 'cut'),
  run('other', [0.4], 'base'),
  run('failed', [], 'base'),
]

describe('a lineage end to end', () => {
  it('begins each run where its parent ends, through runs without epochs', () => {
    expect([...chainOffsets(lineage)]).toEqual([
      ['base', 0],
      ['sparse', 3],
      ['cut', 5],
      ['fine', 5],
      ['other', 3],
      ['failed', 3],
    ])
    expect(chainBounds(lineage)).toEqual([
      { x: 3.5, names: ['sparse', 'other'] },
      { x: 5.5, names: ['cut', 'fine'] },
    ])
  })

  it('survives a parent that is not there, and a circle', () => {
    expect(chainOffsets([run('a', [1], 'gone')]).get('a')).toBe(0)
    const circle = [run('a', [1], 'b'), run('b', [1], 'a')]
    expect([...chainOffsets(circle).values()].every(Number.isFinite)).toBe(true)
  })
})

describe('lines of a metric', () => {
  it('count epochs from 1, and leave out runs that never had it', () => {
    const lines = metricLines(lineage, 'mAP50', 'overlay', 0)
    expect(lines.map(({ id }) => id)).toEqual(['base', 'sparse', 'fine', 'other'])
    expect(lines[1]).toMatchObject({ x: [1, 2], y: [0.2, 0.1] })
    expect(metricLines([run('a', [null])], 'mAP50', 'overlay', 0)).toEqual([])
  })

  it('lie end to end, with what was logged beside what is smoothed', () => {
    const [, sparse] = metricLines(lineage, 'mAP50', 'chain', 0.5)
    expect(sparse?.x).toEqual([4, 5])
    expect(sparse?.raw?.y).toEqual([0.2, 0.1])
    expect(sparse?.y[1]).toBeCloseTo((0.25 * 0.2 + 0.5 * 0.1) / 0.75)
  })
})
