import { describe, expect, it } from 'vitest'
import { shellLine } from '../../runs/format/shellLine'
import { epoch, started } from '../../runs/format/testing'
import type { RunManifest } from '../../runs/manifest'
import type { Liveness } from '../../runs/processIdentity'
import { snapshot } from '../../runs/snapshot'
import { digestEvents } from '../../runs/state'
import { collectRunView, collectTitle } from './collect'
import { collectSample } from './hardware'

const manifest: RunManifest = {
  ...{ v: 1, id: 'a', stage: 'sparse', engine: 'builtin', cwd: '/', createdAt: 1, percent: 0.6 },
  commandLine: ['sparse', '--sr', 'auto', '--data', '$(touch x).yaml'],
  sparsity: { reg: 'prox', sr: 'auto', schedule: 'constant' },
  process: { pid: 1, startTime: 'x', startedAt: 1 },
  provenance: { slimVersion: '0', sha256: {} },
}
const view = (
  change: Partial<RunManifest> = {},
  events: Parameters<typeof digestEvents>[0] = [],
  alive: Liveness = 'alive',
) =>
  collectRunView(
    snapshot('/runs/train/s', { ...manifest, ...change }, digestEvents(events), alive),
    false,
  )

describe('a run for the dashboard', () => {
  it('says what it is, how far, and with what sr', () => {
    const run = view({}, [started, { ...epoch, epoch: 3 }])
    expect(run).toMatchObject({ name: 's', epochText: '4/60', percent: 0.6, epochs: 60 })
    expect(run.commandLine).toBe(shellLine(['yolov5-slim', ...manifest.commandLine]))
    expect(run.facts).toContainEqual({ label: 'sr', value: 'auto (0.005)' })
  })

  it('says on which other machine it goes on', () => {
    const process = { pid: 1, startTime: 'x', startedAt: Date.now(), host: 'gpu7' }
    const away = view({ process }, [started], 'elsewhere')
    expect(away).toMatchObject({ state: 'running', elsewhere: 'gpu7' })
    expect(away.facts).toContainEqual({ label: 'Runs on', value: 'gpu7' })
    expect(view({ process }, [started])).not.toHaveProperty('elsewhere')
  })

  it('offers what starts it again, where that makes sense', () => {
    const events = [started, { ...epoch, epoch: 0 }]
    expect(view({}, events).actions).toEqual([])
    expect(view({}, events, 'gone').actions).toEqual(['resume', 'retry'])
    expect(view({}, [started], 'gone').actions).toEqual(['retry'])
    expect(view({ stage: 'val' }, [started], 'gone').actions).toEqual(['retry'])
    expect(view({ engine: 'scripts' }, events, 'gone').actions).toEqual(['retry'])
    expect(view({ engine: 'slim' }, events, 'gone').actions).toEqual([])
  })

  it('judges a sparse run by its last epoch, others by their best', () => {
    const events = [
      started,
      { ...epoch, epoch: 0, mAP50: 0.9 },
      { ...epoch, epoch: 1, mAP50: 0.4 },
      { v: 1, t: 2e6, type: 'finished', summary: { mAP50: 0.9, seconds: 9 } } as const,
    ]
    expect(view({}, events).mAP50).toBe('0.400')
    expect(view({ stage: 'finetune' }, events).mAP50).toBe('0.900')
  })

  it('says what to expect where charts are empty', () => {
    const queued = view({ process: undefined as never, createdAt: Date.now() })
    expect(queued).toMatchObject({ state: 'queued' })
    expect(queued.expectation).toMatch(/waits for its turn/)
    expect(view({ process: undefined as never, createdAt: 1 }).expectation).toMatch(/ended before/)
    expect(view().expectation).toMatch(/end of the first epoch/)
    expect(view({ stage: 'val' }).gammaExpectation).toMatch(/Only training writes gammas/)
    const val = { v: 1, t: 2e6, type: 'finished', summary: { mAP50: 0.9, seconds: 9 } } as const
    expect(view({ stage: 'val' }, [val]).expectation).toContain('mAP50 0.900')
    expect(view({ engine: 'scripts' }).gammaExpectation).toMatch(/script of your own/)
  })

  it('tells a failure with its code and remedy, and warnings', () => {
    const run = view({}, [
      { v: 1, t: 5, type: 'warning', code: 'a/b', text: 'careful' },
      { v: 1, t: 6, type: 'failed', code: 'c/d', text: 'broken', remedy: 'mend it' },
    ])
    expect(run.failure).toEqual({ code: 'c/d', text: 'broken', remedy: 'mend it' })
    expect(run.warnings).toEqual([{ code: 'a/b', text: 'careful' }])
  })

  it('names a panel by its runs', () => {
    expect(collectTitle([])).toBe('Dashboard')
    expect(collectTitle(['a'])).toBe('a')
    expect(collectTitle(['a', 'b', 'c'])).toBe('a and 2 more')
  })
})

it('puts a hardware sample together, null where a driver does not tell', () => {
  const gpus = [
    { index: 0, name: 'A', load: 0.5, memoryUsed: 2, memoryTotal: 8, temperature: 60 },
    { index: 1, name: 'B' },
  ]
  const sample = collectSample(7, gpus, { busy: 10, total: 100 }, { busy: 40, total: 200 }, 0.25)
  expect(sample).toEqual({
    ...{ t: 7, cpu: 0.3, memory: 0.25 },
    gpus: [
      { name: 'A', load: 0.5, memory: 0.25, temperature: 60 },
      { name: 'B', load: null, memory: null, temperature: null },
    ],
  })
  expect(collectSample(7, [], { busy: 1, total: 1 }, { busy: 1, total: 1 }, 0).cpu).toBe(0)
})
