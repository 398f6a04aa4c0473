import type { RunEvent } from '../../runs/events'
import type { RunManifest, Stage } from '../../runs/manifest'
import type { Liveness } from '../../runs/processIdentity'
import { type RunSnapshot, snapshot } from '../../runs/snapshot'
import { digestEvents } from '../../runs/state'

const t0 = 1_700_000_000_000

/** What a made-up run is like, for tests of what is shown of it. */
export type MadeRun = {
  readonly name: string
  readonly stage?: Stage
  readonly parent?: RunSnapshot
  readonly at?: number
  readonly events?: readonly RunEvent[]
  readonly alive?: Liveness
  readonly changes?: Partial<RunManifest>
}

/** What goes on on another machine. */
export const away: Pick<MadeRun, 'alive' | 'changes'> = {
  alive: 'elsewhere',
  changes: { process: { pid: 1, startTime: '1', startedAt: Date.now(), host: 'gpu7' } },
}

export function makeRun(made: MadeRun): RunSnapshot {
  const { name, stage = 'train', parent, at = 0, events = [], alive = 'gone', changes } = made
  const manifest: RunManifest = {
    ...{ v: 1, id: `id-${name}`, stage, engine: 'pytorch', commandLine: [stage], cwd: '/w' },
    ...(parent ? { parent: parent.manifest.id } : {}),
    ...{ createdAt: t0 + at, process: { pid: 1, startTime: '1', startedAt: t0 + at } },
    provenance: { slimVersion: '0', sha256: {} },
    ...changes,
  }
  return snapshot(`/w/runs/train/${name}`, manifest, digestEvents(events), alive)
}

const head = { v: 1, t: t0 + 1000 } as const

export const started: RunEvent = {
  ...head,
  ...{ type: 'started', engine: 'pytorch', devices: ['cuda:0 NVIDIA H200'], versions: {} },
  ...{ epochs: 100, batchSize: 16, imageSize: 640, layers: [] },
}

export const epoch = (n: number, mAP50_95: number): RunEvent => ({
  ...{ v: 1, t: Date.now(), type: 'epoch', epoch: n, epochs: 100, train: {}, val: {} },
  ...{ precision: 0.5, recall: 0.5, mAP50: mAP50_95 + 0.2, mAP50_95, lr: 0.01, sr: 0, seconds: 30 },
})

export const checkpoint = (kind: 'best' | 'last', bytes: number): RunEvent => ({
  ...{ ...head, type: 'checkpoint', path: `/elsewhere/exp/weights/${kind}.pt`, kind, bytes },
})

export const pruned = (before: number, after: number): RunEvent => ({
  ...{ ...head, type: 'pruned', output: '/w/pruned_model.pt', threshold: 0.01, percentAsked: 0.5 },
  ...{ percentReached: 0.5, layers: [], bytes: { before, after } },
  ...{ parameters: { before: 7e6, after: 2e6 }, gflops: { before: 16, after: 8 } },
})

export const finished = (mAP50_95?: number): RunEvent => ({
  ...head,
  type: 'finished',
  summary: {
    seconds: 3600,
    ...(mAP50_95 === undefined ? {} : { mAP50: mAP50_95 + 0.2, mAP50_95 }),
  },
})

export const failed: RunEvent = {
  ...{ ...head, type: 'failed', code: 'train/nan', text: 'The loss is *not* finite.' },
  remedy: 'Take a smaller sr.',
}

/** A lineage as it comes out of a loop: baseline, sparse, prune, finetune. */
export function lineage() {
  const base = makeRun({
    name: 'yolov5s',
    events: [started, checkpoint('best', 27.3e6), finished(0.62)],
  })
  const sparse = makeRun({
    ...{ name: 'yolov5s-sparse', stage: 'sparse', parent: base, at: 1 },
    events: [started, epoch(99, 0.6), checkpoint('best', 27.3e6), finished(0.6)],
  })
  const prune = makeRun({
    ...{ name: 'yolov5s-sparse-pruned', stage: 'prune', parent: sparse, at: 2 },
    events: [pruned(27.3e6, 10.9e6), finished()],
  })
  const finetune = makeRun({
    ...{ name: 'exp3', stage: 'finetune', parent: prune, at: 3 },
    events: [started, epoch(99, 0.612), checkpoint('best', 10.9e6), finished(0.612)],
  })
  return { base, sparse, prune, finetune, all: [base, sparse, prune, finetune] }
}

export const byIdOf = (runs: readonly RunSnapshot[]): ReadonlyMap<string, RunSnapshot> =>
  new Map(runs.map((run) => [run.manifest.id, run]))
