import { describe, expect, it } from 'vitest'
import { compareWithOrigin } from './comparison'
import { collectRow, signed } from './row'
import {
  byIdOf,
  checkpoint,
  epoch,
  failed,
  lineage,
  type MadeRun,
  makeRun,
  started,
} from './testing'

const { base, sparse, prune, finetune, all } = lineage()
const byId = byIdOf(all)
const rowOf = (run: typeof base) => collectRow(run, compareWithOrigin(run, byId))
const made = (run: MadeRun) => rowOf(makeRun(run))

describe('collectRow', () => {
  it('tells of a lineage what it has cost and brought against its origin', () => {
    expect(rowOf(base).description).toBe('Baseline · mAP 0.620 · 27.3 MB')
    expect(rowOf(sparse).description).toBe('mAP 0.600 (−2.0) · 27.3 MB (±0 %)')
    expect(rowOf(prune).description).toBe('10.9 MB (−60 %)')
    expect(rowOf(finetune).description).toBe('Finetune · mAP 0.612 (−0.8) · 10.9 MB (−60 %)')
  })

  it('compares a prune without a lineage with its own weights', () => {
    const alone = { ...prune, manifest: { ...prune.manifest, parent: 'gone' } }
    expect(rowOf(alone).description).toBe('10.9 MB (−60 %)')
  })

  it('shows epoch and time left of one that runs, and no size that holds an optimizer', () => {
    const row = made({
      ...{ name: 'a-sparse', stage: 'sparse', alive: 'alive' },
      events: [started, epoch(11, 0.5), checkpoint('last', 60e6)],
    })
    expect(row.description).toMatch(/^12\/100 · 4[34]:\d\d left · mAP 0\.500$/)
    expect([row.icon, row.color]).toEqual(['sync~spin', 'charts.blue'])
  })

  it.each([
    [{ name: 'base' }, 'interrupted'],
    [{ name: 'base', alive: 'alive' }, 'starting'],
    [{ name: 'base', events: [started, failed] }, 'failed'],
    [{ name: 'base', events: [started, epoch(3, 0.1), failed] }, 'failed · 4/100 · mAP 0.100'],
    [{ name: 'base', alive: 'alive', events: [started] }, '0/100'],
  ] as const)('names the state of %j', (run, description) => {
    expect(made(run).description).toBe(description)
  })

  it('says the state to those who see no icon', () => {
    expect(rowOf(base).spoken).toBe('yolov5s, Baseline, finished, mAP 0.620, 27.3 MB')
    expect(made({ name: 'x' }).spoken).toBe('x, Baseline, interrupted')
  })
})

it.each([
  [-0.8, 1, '−0.8'],
  [0.34, 1, '+0.3'],
  [-0.04, 1, '±0.0'],
  [-60.1, 0, '−60'],
])('signs %d', (value, digits, text) => {
  expect(signed(value, digits)).toBe(text)
})
