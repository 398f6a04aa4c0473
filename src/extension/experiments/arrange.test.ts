import { describe, expect, it } from 'vitest'
import { arrange, isFiltering, noFilter, type RunFilter, type RunTree } from './arrange'
import { Rows } from './nodes'
import { failed, finished, lineage, makeRun, started } from './testing'

const { base, all } = lineage()
const other = makeRun({ name: 'exp10', at: 10, events: [started, finished(0.7)] })
const broken = makeRun({ name: 'exp9', at: 2.5, events: [started, failed] })
const runs = [other, broken, ...all]
const shape = (trees: readonly RunTree[]): unknown =>
  trees.map(({ run, children }) => (children.length ? [run.name, shape(children)] : run.name))
const shaped = (filter: Partial<RunFilter>, order: Parameters<typeof arrange>[2] = 'newest') =>
  shape(arrange(runs, { ...noFilter, ...filter }, order))
const whole = ['yolov5s', [['yolov5s-sparse', [['yolov5s-sparse-pruned', ['exp3']]]]]]

describe('arrange', () => {
  it('puts the lineage with the latest run first', () => {
    expect(shaped({})).toEqual(['exp10', whole, 'exp9'])
  })

  it('sorts lineages by name, and by the best and smallest in them', () => {
    expect(shaped({}, 'name')).toEqual(['exp9', 'exp10', whole])
    expect(shaped({}, 'mAP')).toEqual(['exp10', whole, 'exp9'])
    expect(shaped({}, 'size')).toEqual([whole, 'exp10', 'exp9'])
  })

  it('keeps the ancestors of what matches, and drops the rest', () => {
    expect(shaped({ stages: ['prune'] })).toEqual([
      ['yolov5s', [['yolov5s-sparse', ['yolov5s-sparse-pruned']]]],
    ])
    expect(shaped({ states: ['failed'] })).toEqual(['exp9'])
    expect(shaped({ text: 'YOLO  finetune' })).toEqual([])
    expect(shaped({ text: 'EXP 10' })).toEqual(['exp10'])
    expect(shaped({ text: 'exp', states: ['finished'], stages: ['train'] })).toEqual(['exp10'])
  })

  it('stays quick with thousands of runs', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => makeRun({ name: `r${i}`, at: i }))
    const before = performance.now()
    arrange(many, { ...noFilter, text: '99' }, 'name')
    expect(performance.now() - before).toBeLessThan(2000)
  })
})

it('knows when it filters', () => {
  expect(isFiltering(noFilter)).toBe(false)
  expect(isFiltering({ ...noFilter, text: ' ' })).toBe(false)
  expect(isFiltering({ ...noFilter, states: ['failed'] })).toBe(true)
})

describe('Rows', () => {
  it('keeps the row of a run, and tells only when rows come, go or move', () => {
    const rows = new Rows()
    expect(rows.arrange(arrange(runs, noFilter, 'newest'))).toBe(true)
    const row = rows.get(base.runDir)
    const again = runs.map((run) => ({ ...run }))
    expect(rows.arrange(arrange(again, noFilter, 'newest'))).toBe(false)
    expect(rows.get(base.runDir)).toBe(row)
    expect(row?.run).toBe(again[2])
    expect(rows.arrange(arrange(again.slice(1), noFilter, 'newest'))).toBe(true)
    expect(rows.get(other.runDir)).toBeUndefined()
    expect(rows.size).toBe(5)
    expect(row?.children[0]?.parent).toBe(row)
  })
})
