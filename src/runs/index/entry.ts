import { EventReader } from '../eventLog'
import type { RunEvent } from '../events'
import type { RunManifest } from '../manifest'
import { ProcessWatch } from '../processWatch'
import { isSameState, type RunSnapshot, snapshot } from '../snapshot'
import { attemptEnd, digestEvents, emptyDigest, isEnded, type RunDigest } from '../state'
import { readManifest, runFiles } from '../store'
import { type FileMark, type FoundRun, sameMark } from './folders'

/** What looking at a run brought. */
export type EntryUpdate = {
  readonly events: readonly RunEvent[]
  /** The log began anew. */
  readonly reset: boolean
  readonly run: RunSnapshot
}

/** What an entry can be brought back from without reading its log. */
export type SavedEntry = {
  readonly manifestMark: FileMark
  readonly eventsMark: FileMark | undefined
  readonly manifest: RunManifest
  readonly digest: RunDigest
}

/** One run of the index: re-reads only what changed since the last look. */
export class RunEntry {
  private marks: Pick<FoundRun, 'manifest' | 'events'> | undefined
  private manifest: RunManifest | undefined
  private digest: RunDigest = emptyDigest
  private reader: EventReader | undefined
  private readonly process: ProcessWatch
  private looking: Promise<unknown> = Promise.resolve()
  /** The latest snapshot; undefined before the first look. */
  run: RunSnapshot | undefined

  constructor(
    readonly runDir: string,
    saved?: SavedEntry,
  ) {
    this.process = new ProcessWatch(runDir)
    if (!saved) return
    this.marks = { manifest: saved.manifestMark, events: saved.eventsMark }
    this.manifest = saved.manifest
    this.digest = saved.digest
  }

  /** Whether it may change by itself: a run that has not ended. */
  get lives(): boolean {
    return this.run !== undefined && !isEnded(this.run.state)
  }

  /** Of runs that have ended for good. */
  get saved(): SavedEntry | undefined {
    const { marks, manifest, digest, run } = this
    if (!marks || !manifest || !run || !attemptEnd(manifest, digest)) return undefined
    return { manifestMark: marks.manifest, eventsMark: marks.events, manifest, digest }
  }

  /** Whether a look would bring nothing new, as far as the files' marks tell. */
  isCurrent(found: FoundRun): boolean {
    const { marks, run } = this
    if (!marks || !run || this.lives) return false
    return sameMark(marks.manifest, found.manifest) && sameMark(marks.events, found.events)
  }

  /**
   * Looks at the run again; looks that come at the same time wait for each other.
   *
   * @param checkMs how long an answer about its process stays good
   * @returns undefined when nothing that is shown has changed
   * @throws SlimError `runs/no-manifest`, `runs/bad-manifest`
   */
  look(found: FoundRun, checkMs: number): Promise<EntryUpdate | undefined> {
    const update = this.looking.then(() => this.lookNow(found, checkMs, performance.now()))
    // Not what it brought: that would keep every event in memory.
    this.looking = update.then(
      () => undefined,
      () => undefined,
    )
    return update
  }

  private async lookNow(
    found: FoundRun,
    checkMs: number,
    /** Not by the clock of the wall, which may be set back. */
    now: number,
  ): Promise<EntryUpdate | undefined> {
    const before = this.marks
    const renewed = !this.manifest || !sameMark(before?.manifest, found.manifest)
    const manifest = renewed ? await readManifest(this.runDir) : (this.manifest as RunManifest)
    const grown = !before || !sameMark(before.events, found.events)
    const { events, reset } = grown ? await this.readLog() : { events: [], reset: false }
    this.manifest = manifest
    this.marks = found
    const { digest, lives: lived } = this
    const alive = await this.process.look({ manifest, digest, lived, now, checkMs })
    const run = snapshot(this.runDir, manifest, digest, alive)
    const same = !renewed && events.length === 0 && !reset && isSameState(run, this.run)
    const first = this.run === undefined
    this.run = run
    return same && !first ? undefined : { events, reset, run }
  }

  private async readLog(): Promise<{ events: RunEvent[]; reset: boolean }> {
    // Where a batch is, only matters while it goes on; long runs have logged it ten thousand times.
    const fresh = !this.reader
    this.reader ??= new EventReader(runFiles(this.runDir).events, ['gamma', 'progress'])
    if (fresh) this.digest = emptyDigest
    const events: RunEvent[] = []
    let reset = fresh && this.run !== undefined
    for await (const batch of this.reader.readAll()) {
      if (batch.reset) {
        reset = true
        events.length = 0
      }
      this.digest = digestEvents(batch.events, batch.reset ? emptyDigest : this.digest)
      events.push(...batch.events)
    }
    this.reader.ignore(['gamma'])
    return { events, reset }
  }
}
