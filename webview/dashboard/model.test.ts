import { describe, expect, it } from 'vitest'
import type { RunView } from '../../src/extension/dashboard/contract'
import { emptyBlock, packGammas } from '../../src/runs/gammaBlock'
import { DashboardModel } from './model'

const view = (runDir: string, ancestor = false): RunView => ({
  ...{ runDir, id: runDir, name: runDir, stage: 'sparse', stageText: '', state: 'running' },
  ...{ stateText: '', ancestor, epochText: '', mAP50: '', mAP50_95: '', size: '', facts: [] },
  ...{ commandLine: '', checkpoint: false, warnings: [], actions: [], expectation: '' },
  gammaExpectation: '',
})
const rows = (epochs: number[], loss: number[]) => ({
  epochs: Float64Array.from(epochs),
  columns: { loss: Float64Array.from(loss) },
})
const block = (epoch: number) =>
  packGammas([
    { epoch, layers: [{ name: 'a', histogram: [3], nearZero: 1, quantiles: [0, 0, 0, 0, 0] }] },
  ])

describe('what the page knows', () => {
  it('keeps colours and data of runs while others come and go', () => {
    const model = new DashboardModel()
    model.take({ type: 'runs', runs: [view('a'), view('b')] })
    model.take({ type: 'epochs', runDir: 'b', reset: true, rows: rows([0], [1]) })
    model.take({ type: 'runs', runs: [view('c'), view('b')] })
    expect(model.runs.map(({ view: { name }, color }) => [name, color])).toEqual([
      ['c', 0],
      ['b', 1],
    ])
    expect(model.run('b')?.table.column('loss')).toEqual([1])
    expect(model.run('a')).toBeUndefined()
  })

  it('appends epochs and gammas, and begins anew when told so', () => {
    const model = new DashboardModel()
    model.take({ type: 'runs', runs: [view('a')] })
    model.take({ type: 'epochs', runDir: 'a', reset: true, rows: rows([0, 1], [3, 2]) })
    expect(model.run('a')?.gammasRead).toBe(false)
    model.take({ type: 'epochs', runDir: 'a', reset: false, rows: rows([1, 2], [9, 1]) })
    expect(model.run('a')?.table.column('loss')).toEqual([3, 9, 1])
    for (const [epoch, reset] of [
      [0, true],
      [4, false],
    ] as const) {
      const available = Float64Array.of(0, epoch)
      model.take({ type: 'gammas', runDir: 'a', reset, block: block(epoch), available })
    }
    expect(model.run('a')?.gammasRead).toBe(true)
    expect([...(model.run('a')?.gammas.epochs ?? [])]).toEqual([0, 4])
    model.take({ type: 'gammaRow', runDir: 'a', block: block(2) })
    expect(model.run('a')?.exact.has(2)).toBe(true)
    model.take({ type: 'epochs', runDir: 'a', reset: true, rows: rows([], []) })
    const none = { block: emptyBlock, available: new Float64Array(0) }
    model.take({ type: 'gammas', runDir: 'a', reset: true, ...none })
    expect(model.run('a')?.table.epochs).toEqual([])
    expect(model.run('a')?.gammas.epochs).toHaveLength(0)
  })

  it('keeps the gammas that were asked for while others come, but for what came again', () => {
    const model = new DashboardModel()
    model.take({ type: 'runs', runs: [view('a')] })
    for (const epoch of [2, 3]) model.take({ type: 'gammaRow', runDir: 'a', block: block(epoch) })
    const exact = () => [...(model.run('a')?.exact.keys() ?? [])]
    const gammas = { type: 'gammas', runDir: 'a', available: Float64Array.of(2, 3, 4) } as const
    model.take({ ...gammas, reset: false, block: block(4) })
    expect(exact()).toEqual([2, 3])
    model.take({ ...gammas, reset: false, block: block(3) })
    expect(exact()).toEqual([2])
    model.take({ ...gammas, reset: true, block: block(4) })
    expect(exact()).toEqual([])
  })

  it('takes messages about a run that is gone for nothing', () => {
    const model = new DashboardModel()
    model.take({ type: 'epochs', runDir: 'x', reset: true, rows: rows([0], [1]) })
    model.take({ type: 'gammaRow', runDir: 'x', block: block(2) })
    expect(model.runs).toEqual([])
  })

  it('replaces hardware samples by a whole log of them, and appends single ones', () => {
    const model = new DashboardModel()
    const sample = (t: number) => ({ t, gpus: [], cpu: 0, memory: 0 })
    model.take({ type: 'hardware', samples: [sample(1)], note: 'none' })
    model.take({ type: 'hardware', samples: [sample(1), sample(2)], note: '' })
    model.take({ type: 'hardware', samples: [sample(3)], note: '' })
    expect(model.hardware.map(({ t }) => t)).toEqual([1, 2, 3])
    expect(model.hardwareNote).toBe('')
  })
})
