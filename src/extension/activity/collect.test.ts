import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../runs/events'
import type { RunManifest } from '../../runs/manifest'
import type { Liveness } from '../../runs/processIdentity'
import { type RunSnapshot, snapshot } from '../../runs/snapshot'
import { digestEvents } from '../../runs/state'
import { collectEnd, collectEventLines, collectRunItems, collectRunStatus } from './collect'

const t0 = Date.now() - 60_000
const manifest = (createdAt = t0): RunManifest => ({
  v: 1,
  id: `run-${createdAt}`,
  stage: 'sparse',
  engine: 'pytorch',
  commandLine: ['sparse'],
  cwd: '/w',
  createdAt,
  process: { pid: 1, startTime: '1', startedAt: t0, host: 'gpu7' },
  provenance: { slimVersion: '0', sha256: {} },
})

const started: RunEvent = {
  v: 1,
  t: t0 + 1,
  type: 'started',
  engine: 'pytorch',
  devices: ['cpu'],
  versions: { torch: '1.13.0', cuda: null },
  epochs: 4,
  batchSize: 16,
  imageSize: 160,
  layers: [],
}
const epoch: RunEvent = {
  v: 1,
  t: Date.now(),
  type: 'epoch',
  epoch: 0,
  epochs: 4,
  train: { box: 0.05 },
  val: {},
  precision: 0.5,
  recall: 0.5,
  mAP50: 0.8312,
  mAP50_95: 0.5,
  lr: 0.01,
  sr: 0.005,
  seconds: 30,
}
const progress: RunEvent = {
  v: 1,
  t: Date.now(),
  type: 'progress',
  epoch: 1,
  batch: 8,
  batches: 32,
  losses: {},
  lr: 0.01,
  memory: 0,
}
const failed: RunEvent = {
  v: 1,
  t: Date.now(),
  type: 'failed',
  code: 'train/nan',
  text: 'The loss is not finite.',
  remedy: 'Take a smaller sr.',
}

const run = (events: readonly RunEvent[], alive: Liveness = 'alive', at = t0): RunSnapshot =>
  snapshot(`/w/runs/train/mine${at === t0 ? '' : 2}`, manifest(at), digestEvents(events), alive)

describe('collectRunStatus', () => {
  it('is not there without runs', () => {
    expect(collectRunStatus([])).toBeUndefined()
  })

  it('shows stage, epoch, score and time left', () => {
    const status = collectRunStatus([run([started, epoch, progress])])
    expect(status?.text).toMatch(
      /^\$\(sync~spin\) Sparse 2\/4 \(25 %\) · mAP50 0\.831 · 1:\d\d left$/,
    )
    expect(status?.tooltip).toContain('command:yolov5-slim.stop')
  })

  it('shows a start, and counts other runs', () => {
    const status = collectRunStatus([run([started, epoch]), run([], 'alive', t0 + 5)])
    expect(status?.text).toBe('$(sync~spin) Sparse starting (+1)')
    expect(status?.tooltip).toContain('**mine** – running')
  })

  it('says where a run goes on that cannot be stopped from here', () => {
    const status = collectRunStatus([run([started, epoch], 'elsewhere')])
    expect(status?.tooltip).toContain('**mine** – running on gpu7')
    expect(status?.tooltip).not.toContain('command:yolov5-slim.stop')
  })
})

it('speaks of a run that waits only while none goes on', () => {
  const { process: _, ...queued } = manifest(t0 + 5)
  const waiting = snapshot(
    '/w/runs/train/next',
    { ...queued, queued: { since: t0, host: '' } },
    digestEvents([]),
    'gone',
  )
  expect(waiting.state).toBe('queued')
  expect(collectRunStatus([waiting, run([started, epoch])])?.text).toMatch(/Sparse 2\/4 .*\(\+1\)$/)
  expect(collectRunStatus([waiting])?.text).toBe('$(watch) Sparse queued')
})

it('lists runs with what is known of them', () => {
  const [item] = collectRunItems([run([started, epoch])])
  expect(item?.label).toBe('$(sync) mine')
  expect(item?.description).toBe('Sparse · running')
  expect(item?.detail).toBe('1 of 4 epochs · mAP50 0.831 · mAP50_95 0.500')
})

describe('collectEventLines', () => {
  it('writes an epoch as one line', () => {
    expect(collectEventLines(epoch)).toEqual([
      {
        level: 'info',
        text: 'epoch 1/4  box 0.0500  P 0.500 R 0.500  mAP50 0.831 mAP50_95 0.500  lr 0.01  sr 0.005  30 s',
      },
    ])
  })
  it('writes failures with code and remedy, and leaves out progress', () => {
    expect(collectEventLines(failed)[0]?.text).toBe(
      '[train/nan] The loss is not finite. Take a smaller sr.',
    )
    expect(collectEventLines(progress)).toEqual([])
  })
})

describe('collectEnd', () => {
  it('names code and remedy of a failure', () => {
    const end = collectEnd(run([started, failed], 'gone'))
    expect(end?.level).toBe('error')
    expect(end?.text).toContain('Take a smaller sr. [train/nan]')
  })
  it('tells an interrupted run from a running one', () => {
    expect(collectEnd(run([started], 'gone'))?.level).toBe('warn')
    expect(collectEnd(run([started]))).toBeUndefined()
  })
})
