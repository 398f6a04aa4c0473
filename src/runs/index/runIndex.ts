import { setImmediate as breathe } from 'node:timers/promises'
import { processCheckMs } from '../processWatch'
import type { RunSnapshot } from '../snapshot'
import { type EntryUpdate, RunEntry, type SavedEntry } from './entry'
import { type FoundRun, findRunFolders, lookAt } from './folders'
import { mapParallel } from './parallel'
import { sameFolder, spelledBelow } from './spelling'

/** What has changed since the last time. */
export type IndexChange = {
  readonly added: readonly EntryUpdate[]
  readonly changed: readonly EntryUpdate[]
  /** Folders of runs that are gone. */
  readonly removed: readonly string[]
  /** Runs that were there when the index was made: old news. */
  readonly initial: boolean
}

export type RunIndexOptions = {
  /** Milliseconds between looks at runs that have not ended. */
  readonly liveMs?: number
  /** Least milliseconds between searches for runs; many runs are searched for less often. */
  readonly scanMs?: number
  /** Milliseconds for which an answer about a process stays good. */
  readonly checkMs?: number
  /** Ended runs as an earlier index saw them; spares reading their logs. */
  readonly saved?: ReadonlyMap<string, SavedEntry>
  readonly onError?: (error: unknown) => void
}

type Listener = (change: IndexChange) => void

/** Of the time, this share at most goes into searching. */
const scanShare = 0.05
const emitMs = 200
const longestPauseMs = 5000

/**
 * All runs below some folders, kept current: searched for now and then, since network file systems tell nobody of
 * changes; looked at once a second while they go on; at once where somebody who watches says so (`touch`). Files of a
 * run are read only when they have changed, and of a log only what is new.
 */
export class RunIndex {
  private readonly entries = new Map<string, RunEntry>()
  private readonly unreadable = new Map<string, FoundRun>()
  /** Folders of runs that no search finds. */
  private readonly strays = new Set<string>()
  private readonly listeners = new Set<Listener>()
  private readonly liveMs: number
  private readonly scanMs: number
  private readonly checkMs: number
  private scanning: Promise<void> | undefined
  private again = false
  private scanned = false
  private liveTimer: NodeJS.Timeout | undefined
  private scanTimer: NodeJS.Timeout | undefined
  private disposed = false
  private newestFirst: readonly RunSnapshot[] | undefined

  constructor(
    private readonly roots: () => readonly string[],
    private readonly options: RunIndexOptions = {},
  ) {
    this.liveMs = options.liveMs ?? 1000
    this.scanMs = options.scanMs ?? 10_000
    this.checkMs = options.checkMs ?? processCheckMs
  }

  /** Every run, newest first. */
  get runs(): readonly RunSnapshot[] {
    this.newestFirst ??= [...this.entries.values()]
      .flatMap(({ run }) => (run ? [run] : []))
      .sort((a, b) => b.manifest.createdAt - a.manifest.createdAt)
    return this.newestFirst
  }

  /** Whether the first search is over. */
  get ready(): boolean {
    return this.scanned
  }

  get(runDir: string): RunSnapshot | undefined {
    return this.entries.get(runDir)?.run
  }

  /** Ended runs, for the next index to begin with. */
  saved(): ReadonlyMap<string, SavedEntry> {
    const saved = new Map<string, SavedEntry>()
    for (const [runDir, entry] of this.entries) {
      const state = entry.saved
      if (state) saved.set(runDir, state)
    }
    return saved
  }

  onDidChange(listener: Listener): { dispose(): void } {
    this.listeners.add(listener)
    return { dispose: () => void this.listeners.delete(listener) }
  }

  /** Searches for runs and looks at those that have changed; calls that come while it does share one more search. */
  refresh(): Promise<void> {
    if (this.disposed) return Promise.resolve()
    if (this.scanning) {
      this.again = true
      return this.scanning
    }
    this.scanning = this.scanAll().finally(() => {
      this.scanning = undefined
    })
    return this.scanning
  }

  /** Keeps a run that lies elsewhere, as `--project` puts it. */
  async follow(runDir: string): Promise<void> {
    const spelled = await spelledBelow(this.roots(), runDir)
    const known = (await sameFolder(spelled, this.entries.keys())) ?? spelled
    this.strays.add(known)
    await this.touch(known)
  }

  /** Looks at one run folder, which somebody saw change, come or go. */
  async touch(runDir: string): Promise<void> {
    if (this.disposed) return
    // A disk that fails for the moment says nothing about the run.
    const found = await lookAt(runDir).catch(() => 'unknown' as const)
    if (found === 'unknown') return
    if (found) await this.take([found], !this.scanned)
    else this.remove([runDir])
  }

  dispose(): void {
    this.disposed = true
    this.listeners.clear()
    clearTimeout(this.liveTimer)
    clearTimeout(this.scanTimer)
  }

  private async scanAll(): Promise<void> {
    const begun = performance.now()
    try {
      do {
        this.again = false
        await this.scan()
      } while (this.again && !this.disposed)
    } catch (error) {
      this.options.onError?.(error)
    }
    if (this.disposed) return
    const took = performance.now() - begun
    clearTimeout(this.scanTimer)
    this.scanTimer = setTimeout(() => void this.refresh(), Math.max(this.scanMs, took / scanShare))
    this.scanTimer.unref()
  }

  private async scan(): Promise<void> {
    const found = new Map(await findRunFolders(this.roots()))
    for (const runDir of this.strays) {
      if (await sameFolder(runDir, found.keys())) continue
      const run = await lookAt(runDir)
      if (run) found.set(runDir, run)
    }
    if (this.disposed) return
    this.remove([...this.entries.keys()].filter((runDir) => !found.has(runDir)))
    const stale = [...found.values()]
      .filter((run) => !this.entries.get(run.runDir)?.isCurrent(run))
      .filter((run) => this.unreadable.get(run.runDir)?.manifest.time !== run.manifest.time)
      // What is newest is what somebody waits for.
      .sort((a, b) => b.manifest.time - a.manifest.time)
    await this.take(stale, !this.scanned)
    const first = !this.scanned
    this.scanned = true
    if (first) this.emit({ added: [], changed: [], removed: [], initial: true })
  }

  /** Looks at runs, and tells of them as they come in. */
  private async take(found: readonly FoundRun[], initial: boolean): Promise<void> {
    let added: EntryUpdate[] = []
    let changed: EntryUpdate[] = []
    let emitted = performance.now()
    let pause = emitMs
    const flush = (): void => {
      emitted = performance.now()
      if (added.length + changed.length === 0) return
      const change = { added, changed, removed: [], initial }
      added = []
      changed = []
      this.emit(change)
    }
    let looked = 0
    await mapParallel(
      found,
      async (run) => {
        if (this.disposed) return
        // Runs that are known from before cost no waiting, so thousands of them would hold up everybody else.
        if (++looked % 200 === 0) await breathe()
        const known = this.entries.get(run.runDir)
        const entry = known ?? new RunEntry(run.runDir, this.options.saved?.get(run.runDir))
        const update = await this.look(entry, run)
        // Another look may have been faster.
        const isNew = !known && !this.entries.has(run.runDir)
        if (entry.run && isNew) this.entries.set(run.runDir, entry)
        if (update && isNew) added.push(initial ? { ...update, events: [] } : update)
        else if (update && known) changed.push(update)
        if (performance.now() - emitted < pause) return
        flush()
        // The first rows at once; of thousands, each further telling makes everybody arrange them all again.
        pause = Math.min(pause * 2, longestPauseMs)
      },
      8,
    )
    flush()
    this.pollSoon()
  }

  private async look(entry: RunEntry, found: FoundRun): Promise<EntryUpdate | undefined> {
    try {
      const update = await entry.look(found, this.checkMs)
      this.unreadable.delete(found.runDir)
      return update
    } catch (error) {
      // Told once, and looked at again when its manifest changes.
      if (!this.unreadable.has(found.runDir)) this.options.onError?.(error)
      this.unreadable.set(found.runDir, found)
      return undefined
    }
  }

  private remove(runDirs: readonly string[]): void {
    const removed = runDirs.filter((runDir) => this.entries.delete(runDir))
    if (removed.length > 0) this.emit({ added: [], changed: [], removed, initial: false })
  }

  private pollSoon(): void {
    if (this.disposed || this.liveTimer || ![...this.entries.values()].some(({ lives }) => lives)) {
      return
    }
    this.liveTimer = setTimeout(() => {
      const live = [...this.entries.values()].filter(({ lives }) => lives)
      Promise.all(live.map(({ runDir }) => this.touch(runDir)))
        .catch((error: unknown) => this.options.onError?.(error))
        .finally(() => {
          this.liveTimer = undefined
          this.pollSoon()
        })
    }, this.liveMs)
    this.liveTimer.unref()
  }

  private emit(change: IndexChange): void {
    this.newestFirst = undefined
    for (const listener of this.listeners) listener(change)
  }
}
