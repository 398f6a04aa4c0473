import { describe, expect, test } from 'vitest'
import type { EpochEvent, RunEvent } from './events'
import type { RunManifest } from './manifest'
import { parseStat } from './processIdentity'
import { digestEvents, emptyDigest, runState, summarize } from './state'

const base = { v: 1, t: 1000 } as const
const started: RunEvent = {
  ...base,
  type: 'started',
  engine: 'pytorch',
  devices: ['cpu'],
  versions: {},
  epochs: 4,
  batchSize: 16,
  imageSize: 640,
  layers: [],
}
const epoch = (n: number, mAP50_95: number | null, t = 1000): EpochEvent => ({
  v: 1,
  t,
  type: 'epoch',
  epoch: n,
  epochs: 4,
  train: {},
  val: {},
  precision: null,
  recall: null,
  mAP50: mAP50_95 === null ? null : mAP50_95 + 0.2,
  mAP50_95,
  lr: 0.01,
  sr: 0,
  seconds: 10,
})
const failed: RunEvent = {
  ...base,
  type: 'failed',
  code: 'train/nan',
  text: 'NaN',
  remedy: 'less sr',
}

const starter = { pid: 1, startTime: 's', startedAt: 900 }
const manifest: RunManifest = {
  v: 1,
  id: 'x',
  stage: 'sparse',
  engine: 'pytorch',
  commandLine: [],
  cwd: '/',
  createdAt: 500,
  process: starter,
  provenance: { slimVersion: '0', sha256: {} },
}
const { process: _, ...unborn } = manifest

describe('runState', () => {
  const now = 2000
  test.each([
    ['queued', unborn, [], 'gone'],
    ['interrupted', { ...unborn, createdAt: -100_000 }, [], 'gone'],
    // Whoever is starting it is there, gone, or on a machine that one cannot look into.
    ['queued', { ...unborn, starter, createdAt: -100_000 }, [], 'alive'],
    ['interrupted', { ...unborn, starter }, [], 'gone'],
    ['queued', { ...unborn, starter, createdAt: -100_000 }, [], 'elsewhere'],
    ['interrupted', { ...unborn, starter: { ...starter, startedAt: -100_000 } }, [], 'elsewhere'],
    // Started again: what it came to before no longer holds.
    ['queued', { ...unborn, starter: { ...starter, boundaries: 2 } }, [started, failed], 'alive'],
    ['starting', manifest, [], 'alive'],
    ['running', manifest, [started], 'alive'],
    ['stopping', { ...manifest, stopRequestedAt: 950 }, [started], 'alive'],
    ['interrupted', manifest, [started], 'gone'],
    ['failed', manifest, [started, failed], 'gone'],
    ['failed', manifest, [started, failed], 'alive'],
    ['running', manifest, [started], 'elsewhere'],
    [
      'interrupted',
      { ...manifest, process: { pid: 1, startTime: 's', startedAt: -1e7 } },
      [{ ...started, t: -1e7 }],
      'elsewhere',
    ],
  ] as const)('%s', (state, m, events, alive) => {
    expect(runState(m, digestEvents(events), alive, now)).toBe(state)
  })

  test('a resumed run is not what its earlier attempt ended as', () => {
    const log: RunEvent[] = [started, { ...base, type: 'stopped', t: 1100 }]
    const process = { pid: 2, startTime: 't', startedAt: 1500, boundaries: 2 }
    const resumed: RunManifest = { ...manifest, process }
    expect(runState(resumed, digestEvents(log), 'alive', now)).toBe('starting')
    const going: RunEvent[] = [...log, { ...started, t: 1600, resumed: true }]
    expect(runState(resumed, digestEvents(going), 'alive', now)).toBe('running')
    expect(runState(resumed, digestEvents(going), 'gone', now)).toBe('interrupted')
  })

  test('a clock that is set back while a run goes on changes nothing', () => {
    const before: RunEvent[] = [{ ...started, t: -1e6 }]
    expect(runState(manifest, digestEvents(before), 'alive', now)).toBe('running')
    const asked = { ...manifest, stopRequestedAt: -1e6 }
    expect(runState(asked, digestEvents(before), 'alive', now)).toBe('stopping')
    const done: RunEvent[] = [
      ...before,
      { ...base, type: 'finished', t: -9e5, summary: { seconds: 1 } },
    ]
    expect(runState(manifest, digestEvents(done), 'gone', now)).toBe('finished')
    expect(runState({ ...unborn, createdAt: 1e9 }, digestEvents([]), 'gone', now)).toBe(
      'interrupted',
    )
  })
})

describe('summarize', () => {
  test('best epoch, latest figures and ETA of a running run', () => {
    const log = [started, epoch(0, 0.3), epoch(1, 0.5), epoch(2, 0.4, 5000)]
    const digest = digestEvents(log)
    const summary = summarize(manifest, digest, 'running', 9000)
    expect(summary).toMatchObject({
      epoch: 3,
      epochs: 4,
      mAP50_95: 0.4,
      best: { epoch: 2, mAP50: 0.7, mAP50_95: 0.5 },
      etaSeconds: 6,
    })
    expect(summarize(manifest, digest, 'interrupted', 9000).etaSeconds).toBeUndefined()
  })

  test('a sparse run is about its last epoch, another training about its best', () => {
    const outputs = (['last', 'best'] as const).map((kind): RunEvent => {
      return { ...base, type: 'checkpoint', path: `/${kind}.pt`, kind, bytes: 1 }
    })
    const done: RunEvent = {
      ...base,
      type: 'finished',
      summary: { mAP50: 0.7, mAP50_95: 0.5, seconds: 9 },
    }
    const digest = digestEvents([started, epoch(0, 0.5), epoch(1, 0.4), ...outputs, done])
    const of = (stage: 'sparse' | 'finetune') =>
      summarize({ ...manifest, stage }, digest, 'finished')
    expect(of('sparse')).toMatchObject({ mAP50_95: 0.4, output: '/last.pt' })
    expect(of('finetune')).toMatchObject({ mAP50_95: 0.5, output: '/best.pt' })
  })

  test('epochs without evaluation have no mAP, and are never the best', () => {
    const summary = summarize(manifest, digestEvents([started, epoch(0, null)]), 'running')
    expect(summary).not.toHaveProperty('mAP50')
    expect(summary).not.toHaveProperty('best')
  })

  test('a pruned run tells what is left', () => {
    const pruned: RunEvent = {
      ...base,
      type: 'pruned',
      output: '/p.pt',
      threshold: 0.1,
      percentAsked: 0.5,
      percentReached: 0.49,
      layers: [],
      parameters: { before: 100, after: 25 },
      gflops: { before: 4, after: 2 },
      bytes: { before: 200, after: 50 },
    }
    const done: RunEvent = { ...base, type: 'finished', summary: { seconds: 2 } }
    expect(summarize(manifest, digestEvents([pruned, done]), 'finished')).toMatchObject({
      parameters: 25,
      gflops: 2,
      bytes: 50,
      output: '/p.pt',
    })
  })

  test('a failure is passed on; the digest grows with events, batch by batch', () => {
    const digest = digestEvents([failed], digestEvents([started], emptyDigest))
    expect(summarize(manifest, digest, 'failed').failure).toEqual({
      code: 'train/nan',
      text: 'NaN',
      remedy: 'less sr',
    })
  })
})

test('a process name with spaces and parentheses does not shift the fields of its stat', () => {
  const rest = Array.from({ length: 16 }, (_, i) => i)
  const stat = parseStat(`42 (a) b (c) S 7 40 ${rest.join(' ')} 777 888`)
  expect(stat).toEqual({ pid: 42, parent: 7, group: 40, startTicks: '777', dead: false })
  expect(parseStat('nonsense')).toBeUndefined()
})

test('an epoch that is amended keeps its end, and counts once', () => {
  const told = [started, { ...epoch(0, 0.5), lr: null }, { ...epoch(1, 0.4, 2000), lr: null }]
  const amended = [epoch(0, 0.5, 9000), epoch(1, 0.4, 9000)].map(
    (event) => ({ ...event, amends: true }) as const,
  )
  const digest = digestEvents([...told, ...amended.slice(0, 1)])
  expect(digest.lastEpoch).toMatchObject({ epoch: 1, lr: null })
  const whole = digestEvents(amended.slice(1), digest)
  expect(whole.lastEpoch).toMatchObject({ epoch: 1, lr: 0.01, t: 2000 })
  expect(whole.bestEpoch).toMatchObject({ epoch: 0, lr: 0.01, t: 1000 })
  expect(whole.epochSeconds).toEqual([10, 10])
})
