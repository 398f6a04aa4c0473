import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EventReader, type NewEvent } from '../../../src/runs/eventLog'
import type { RunEvent } from '../../../src/runs/events'
import type { RunManifest } from '../../../src/runs/manifest'
import { createRunFolder, newRunId, runFiles } from '../../../src/runs/store'
import type { LaunchSpec } from '../../../src/runs/supervisor'

/** A folder of the test's own, and its removal. */
export function scratch(name = 'faults'): { readonly path: string; readonly dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), `yolov5-slim-${name}-`))
  return { path, dispose: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

export const processFile = (name: 'writer' | 'starter'): string =>
  join(process.env.FAULTS_PROCESSES ?? '', `${name}.cjs`)

export function manifestIn(cwd: string): RunManifest {
  return {
    ...{ v: 1, id: newRunId(), stage: 'train', engine: 'builtin', commandLine: ['train'], cwd },
    ...{ createdAt: Date.now(), provenance: { slimVersion: '0', sha256: {} } },
  }
}

export type WriterOptions = {
  /** Events to write before it finishes by itself; it never does without. */
  readonly events?: number
  /** Milliseconds by which its clock is set back after its first events. */
  readonly clockBack?: number
}

/** A run of the process that writes events at full speed through the engines' own writer, and says of each that it is written. */
export async function writerLaunch(
  folder: string,
  name: string,
  options: WriterOptions = {},
): Promise<LaunchSpec> {
  const runDir = await createRunFolder(join(folder, 'runs/train'), name)
  const args = [processFile('writer'), runFiles(runDir).events, JSON.stringify(options)]
  return { runDir, manifest: manifestIn(folder), command: process.execPath, args, cwd: folder }
}

/** How many events the writer said are written. */
export function acknowledged(runDir: string): number {
  const lines = readFileSync(runFiles(runDir).output, 'utf8').match(/^written \d+$/gm) ?? []
  return Number(lines.at(-1)?.split(' ')[1] ?? 0)
}

export async function eventsOf(runDir: string): Promise<RunEvent[]> {
  const found: RunEvent[] = []
  for await (const { events } of new EventReader(runFiles(runDir).events).readAll()) {
    found.push(...events)
  }
  return found
}

/** How many of the writer's numbered events are missing among the first `expected`. */
export function missing(events: readonly RunEvent[], expected: number): number {
  const there = new Set(events.flatMap((event) => (event.type === 'progress' ? event.batch : [])))
  return Array.from({ length: expected }, (_, i) => i + 1).filter((n) => !there.has(n)).length
}

export const startedEvent: NewEvent = {
  ...{ type: 'started', engine: 'test', devices: ['cpu'], versions: {}, epochs: 480 },
  ...{ batchSize: 16, imageSize: 64, layers: [{ name: 'model.0.bn', channels: 16 }] },
}

export async function until(
  check: () => boolean | Promise<boolean>,
  // For a machine that has much else to do; nothing waits that long that is right.
  patience = 120_000,
): Promise<void> {
  const end = performance.now() + patience
  while (performance.now() < end) {
    if (await check()) return
    await sleep(10)
  }
  throw new Error('waited in vain')
}
