import { describe, expect, it } from 'vitest'
import { EpochTable } from '../../src/runs/epochTable'
import {
  chainBounds,
  chainOffsets,
  type MetricRun,
  metricLines,
  metricSummary,
} from './metricLines'

function run(id: string, scores: readonly (number | null)[], parent?: string): MetricRun {
  const table = new EpochTable()
  for (const [epoch, mAP50] of scores.entries()) table.put(epoch, { mAP50 })
  return {
    runDir: id,
    id,
    name: id,
    table,
    marks: id === 'cut',
    ...(parent === undefined ? {} : { parent }),
  }
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

  it('stays as it is where an ancestor is hidden, which is not drawn itself', () => {
    const hiding = lineage.map((one) => ({ ...one, hidden: ['base', 'sparse'].includes(one.id) }))
    expect(metricLines(hiding, 'mAP50', 'chain', 0)).toMatchObject([
      { runDir: 'fine', x: [6] },
      { runDir: 'other', x: [4] },
    ])
    expect(chainBounds(hiding)).toEqual([
      { x: 3.5, names: ['other'] },
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
    expect(lines.map(({ runDir }) => runDir)).toEqual(['base', 'sparse', 'fine', 'other'])
    expect(lines[1]).toMatchObject({ x: [1, 2], y: [0.2, 0.1] })
    expect(metricLines([run('a', [null])], 'mAP50', 'overlay', 0)).toEqual([])
  })

  it('are those of a copied run and of its original, which have one id', () => {
    const copy = { ...run('sparse', [0.9], 'base'), runDir: 'copy', name: 'copy' }
    const lines = metricLines([...lineage, copy], 'mAP50', 'overlay', 0)
    expect(lines).toContainEqual({ runDir: 'copy', name: 'copy', x: [1], y: [0.9] })
    expect(lines).toContainEqual({ runDir: 'sparse', name: 'sparse', x: [1, 2], y: [0.2, 0.1] })
  })

  it('lie end to end, with what was logged beside what is smoothed', () => {
    const [, sparse] = metricLines(lineage, 'mAP50', 'chain', 0.5)
    expect(sparse?.x).toEqual([4, 5])
    expect(sparse?.y).toEqual([0.2, 0.1])
    expect(sparse?.smoothed?.x).toEqual([4, 5])
    expect(sparse?.smoothed?.y[1]).toBeCloseTo((0.25 * 0.2 + 0.5 * 0.1) / 0.75)
  })

  it('are told as they were logged, whatever the smoothing', () => {
    const told = metricSummary(metricLines(lineage.slice(0, 2), 'mAP50', 'overlay', 0.9))
    expect(told).toBe('base 0.3 after epoch 3; sparse 0.1 after epoch 2')
  })
})
