import { appendFileSync, closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import type { GammaEvent, RunEvent } from '../../src/runs/events'
import { gammaBins } from '../../src/runs/gammaBlock'
import type { RunManifest } from '../../src/runs/manifest'
import { runFiles, writeManifest } from '../../src/runs/store'

/** Prunable BN layers and channels of YOLOv5x. */
const layerCount = 117
const channels = [80, 160, 320, 640, 1280]
/** `progress` events an epoch; a real one has two a second. */
const progressCount = 20

/** A run folder with a log as the engines write one; gammas shrink as in sparse training. @returns its bytes */
export async function writeLongRun(runDir: string, epochs: number): Promise<number> {
  const files = runFiles(runDir)
  mkdirSync(files.slimDir, { recursive: true })
  await writeManifest(runDir, manifest)
  const log = openSync(files.events, 'w')
  let bytes = 0
  const write = (event: RunEvent): void => {
    bytes += writeSync(log, `${JSON.stringify(event)}\n`)
  }
  try {
    write({ ...head, type: 'started', ...started, epochs })
    for (let epoch = 0; epoch < epochs; epoch++) epochEvents(epoch, epochs).forEach(write)
  } finally {
    closeSync(log)
  }
  return bytes
}

/** One more epoch of a run that `writeLongRun` wrote. */
export function appendEpoch(runDir: string, epoch: number): void {
  const lines = epochEvents(epoch, epoch + 1).map((event) => `${JSON.stringify(event)}\n`)
  appendFileSync(runFiles(runDir).events, lines.join(''))
}

function epochEvents(epoch: number, epochs: number): readonly RunEvent[] {
  const losses = { box: 0.05 / (epoch + 1), obj: 0.03, cls: 0.01 }
  const score = 0.6 + 0.05 * Math.sin(epoch / 40)
  return [
    ...Array.from({ length: progressCount }, (_, batch) => ({
      ...{ ...head, type: 'progress' as const, epoch, batch, batches: progressCount },
      ...{ losses, lr: 0.01, memory: 1e10 },
    })),
    {
      ...{ ...head, type: 'epoch', epoch, epochs, train: losses, val: losses },
      ...{ precision: score, recall: score, mAP50: score, mAP50_95: score * 0.7 },
      ...{ lr: 0.01 * (1 - epoch / epochs), sr: 0.001, seconds: 100 },
    },
    gammaEvent(epoch, epoch / epochs),
  ]
}

const head = { v: 1, t: 1_760_000_000_000 } as const

const manifest: RunManifest = {
  ...{ v: 1, id: '20260101-000000-bench', stage: 'sparse', engine: 'pytorch', cwd: '/' },
  ...{ commandLine: ['sparse'], createdAt: head.t, percent: 0.6 },
  sparsity: { reg: 'prox', sr: 0.001, schedule: 'constant' },
  provenance: { slimVersion: '0', sha256: {} },
}

const started = {
  ...{ engine: 'pytorch', devices: ['cuda:0'], versions: {}, batchSize: 16, imageSize: 640 },
  layers: Array.from({ length: layerCount }, (_, i) => ({
    name: `model.${Math.floor(i / 5)}.m.${i % 5}.cv1.bn`,
    channels: channels[i % channels.length] ?? 0,
  })),
}

/** Gammas spread about a peak that moves from 1 to 0 as `done` does. */
function gammaEvent(epoch: number, done: number): GammaEvent {
  const layers = started.layers.map(({ name, channels: count }, layer) => {
    const peak = Math.max(0, 1 - done * (1 + (layer % 7) / 10))
    const histogram = new Array<number>(gammaBins).fill(0)
    for (let channel = 0; channel < count; channel++) {
      const gamma = Math.abs(peak + 0.3 * Math.sin(channel * 12.9898 + layer))
      const bin = Math.min(gammaBins - 1, Math.floor(gamma * 32))
      histogram[bin] = (histogram[bin] ?? 0) + 1
    }
    const around = (offset: number): number => Math.max(0, peak + offset) + 1 / 3e5
    const quantiles = [-0.3, -0.15, 0, 0.15, 0.3].map(around) as [
      number,
      number,
      number,
      number,
      number,
    ]
    return { name, histogram, nearZero: peak === 0 ? Math.floor(count / 10) : 0, quantiles }
  })
  return { ...head, type: 'gamma', epoch, layers }
}
