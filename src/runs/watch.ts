import { setTimeout as sleep } from 'node:timers/promises'
import { mayPass } from '../core/disk/isGone'
import { type EventBatch, EventReader } from './eventLog'
import type { RunEvent } from './events'
import type { RunManifest } from './manifest'
import type { Liveness } from './processIdentity'
import { lastWordsMs, processCheckMs } from './processWatch'
import { runLiveness } from './runLiveness'
import { type RunSnapshot, snapshot } from './snapshot'
import { digestEvents, emptyDigest, isEnded } from './state'
import { readManifest, runFiles } from './store'

export type RunUpdate = {
  /** New since the last update, in order. */
  readonly events: readonly RunEvent[]
  /** The log began anew: drop what earlier updates brought. */
  readonly reset: boolean
  readonly run: RunSnapshot
}

export type WatchOptions = {
  readonly signal?: AbortSignal
  /** Milliseconds between looks at the log. */
  readonly intervalMs?: number
  /** Milliseconds between checks of the manifest and the process. */
  readonly checkMs?: number
  /** Milliseconds for which every read may fail before the watch gives up. */
  readonly patienceMs?: number
}

export type RunWatch = {
  /**
   * The last snapshot once the run has ended; undefined when the watch was disposed first. Rejects when the
   * run's folder is gone, or stays unreadable.
   */
  readonly ended: Promise<RunSnapshot | undefined>
  dispose(): void
}

const failurePatience = 30_000

/**
 * Follows a run, of this process or any other: calls `onUpdate` with what is in the log already, then with
 * whatever is appended and whenever the state changes, until the run has ended or the watch is disposed. Works by
 * polling, so the log may lie on a network file system.
 */
export function watchRun(
  runDir: string,
  onUpdate: (update: RunUpdate) => void,
  options: WatchOptions = {},
): RunWatch {
  const disposal = new AbortController()
  const signal = options.signal
    ? AbortSignal.any([options.signal, disposal.signal])
    : disposal.signal
  return {
    ended: follow(
      runDir,
      onUpdate,
      signal,
      options.intervalMs ?? 250,
      options.checkMs ?? processCheckMs,
      options.patienceMs ?? failurePatience,
    ),
    dispose: () => disposal.abort(),
  }
}

async function follow(
  runDir: string,
  onUpdate: (update: RunUpdate) => void,
  signal: AbortSignal,
  intervalMs: number,
  checkEvery: number,
  patienceMs: number,
): Promise<RunSnapshot | undefined> {
  const reader = new EventReader(runFiles(runDir).events)
  let digest = emptyDigest
  let checked = Number.NEGATIVE_INFINITY
  let manifest: RunManifest | undefined
  let alive: Liveness = 'alive'
  let goneSince: number | undefined
  let failingSince: number | undefined
  let told: string | undefined
  const pause = () => sleep(intervalMs, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    // Not the clock of the wall, which may be set back.
    const now = performance.now()
    let batch: EventBatch
    try {
      if (!manifest || now - checked >= checkEvery) {
        manifest = await readManifest(runDir)
        alive = await runLiveness(runDir, manifest)
        checked = now
      }
      batch = await reader.read()
      failingSince = undefined
    } catch (error) {
      failingSince ??= now
      if (!mayPass(error) || now - failingSince >= patienceMs) throw error
      await pause()
      continue
    }
    if (signal.aborted) break
    digest = digestEvents(batch.events, batch.reset ? emptyDigest : digest)
    // Nobody ends without a word until the words have had time to arrive.
    goneSince = alive === 'gone' ? (goneSince ?? now) : undefined
    const silent = goneSince !== undefined && now - goneSince >= lastWordsMs && !batch.more
    const run = snapshot(runDir, manifest, digest, alive === 'gone' && !silent ? 'alive' : alive)
    if (batch.events.length > 0 || batch.reset || run.state !== told) {
      told = run.state
      onUpdate({ events: batch.events, reset: batch.reset, run })
    }
    if (isEnded(run.state) && !batch.more) return run
    if (!batch.more) await pause()
  }
  return undefined
}
