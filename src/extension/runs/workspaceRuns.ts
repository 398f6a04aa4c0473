import { dirname, join } from 'node:path'
import { commands, EventEmitter, RelativePattern, type Uri, workspace } from 'vscode'
import { isBelow } from '../../core/disk/isBelow'
import { type IndexChange, RunIndex } from '../../runs/index/runIndex'
import { readSavedRuns, writeSavedRuns } from '../../runs/index/savedRuns'
import { adoptQueued } from '../../runs/queue/queue'
import { type RunSnapshot, readRuns } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import type { Checkouts } from '../checkouts/checkouts'
import { ManagedContextKey } from '../common/contextKey'
import { Debouncer } from '../common/debounce'
import { DisposableList } from '../common/disposable'
import { contextKeys } from '../contributions'

const adoptMs = 15_000
const saveMs = 10_000

export type RunMove = { readonly from: string; readonly to: string }

export type WorkspaceRunsOptions = {
  readonly checkouts: Checkouts
  /** Where ended runs are kept for the next window; undefined without a workspace. */
  readonly storage: Uri | undefined
  /** argv of the process that waits for a queued run. */
  readonly waiter: readonly string[]
  readonly onError: (error: unknown) => void
}

/**
 * All runs of the workspace, of this window, other windows and terminals: an index below the checkouts and the
 * workspace folders, told at once of what VS Code sees change.
 */
export class WorkspaceRuns extends DisposableList {
  private readonly changed = this.track(new EventEmitter<IndexChange>())
  private readonly touches = this.track(new Debouncer<string>(150))
  private saveTimer: NodeJS.Timeout | undefined
  private readonly hasRuns = contextKey(contextKeys.hasRuns)
  private readonly running = contextKey(contextKeys.running)
  private watchers = new DisposableList()
  private index: RunIndex | undefined
  private readonly opening: Promise<void>
  private adopting = false

  private readonly moved = this.track(new EventEmitter<RunMove>())

  readonly onDidChange = this.changed.event
  /** A run folder was given another name from this window. */
  readonly onDidMove = this.moved.event

  constructor(private readonly options: WorkspaceRunsOptions) {
    super()
    this.track(options.checkouts.onDidChange(() => this.searchAnew()))
    this.track(workspace.onDidChangeWorkspaceFolders(() => this.searchAnew()))
    this.track(workspace.onDidGrantWorkspaceTrust(() => void this.adopt()))
    const timer = setInterval(() => void this.adopt(), adoptMs)
    this.track({ dispose: () => clearInterval(timer) })
    this.track({ dispose: () => clearTimeout(this.saveTimer) })
    this.opening = this.open().catch(options.onError)
  }

  override dispose(): void {
    super.dispose()
    this.watchers.dispose()
    this.index?.dispose()
  }

  /** Every run that is known so far, newest first. */
  get all(): readonly RunSnapshot[] {
    return this.index?.runs ?? []
  }

  /** Runs that have not ended, newest first. */
  get alive(): readonly RunSnapshot[] {
    return this.all.filter(({ state }) => !isEnded(state))
  }

  /** Whether the first search is over. */
  get ready(): boolean {
    return this.index?.ready ?? false
  }

  get(runDir: string): RunSnapshot | undefined {
    return this.index?.get(runDir)
  }

  /** Every run below a folder, and of the checkout there, newest first, once all are known. */
  async below(root: string): Promise<readonly RunSnapshot[]> {
    await this.opening
    if (!this.roots().some((known) => known === root || isBelow(known, root))) return readRuns(root)
    if (!this.ready) await this.index?.refresh()
    return this.all.filter(
      ({ runDir, manifest }) => isBelow(root, runDir) || manifest.checkout?.root === root,
    )
  }

  /** Takes up a run that was just started, wherever it lies. */
  async follow(runDir: string): Promise<void> {
    await this.opening
    await this.index?.follow(runDir)
  }

  /** Takes up a run whose folder was just renamed, under its new name. */
  async move({ from, to }: RunMove): Promise<void> {
    this.moved.fire({ from, to })
    await this.touch(from)
    await this.follow(to)
  }

  /** Looks at a run that was just changed. */
  async touch(runDir: string): Promise<void> {
    await this.index?.touch(runDir)
  }

  async refresh(): Promise<void> {
    await this.opening
    await this.index?.refresh()
  }

  private async open(): Promise<void> {
    const { checkouts, onError } = this.options
    await checkouts.search()
    const file = this.savedFile()
    const saved = file === undefined ? new Map() : await readSavedRuns(file)
    this.index = this.track(new RunIndex(() => this.roots(), { saved, onError }))
    this.track(this.index.onDidChange((change) => this.tell(change)))
    this.watch()
    void this.index.refresh().then(() => this.adopt())
  }

  private roots(): readonly string[] {
    const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')
    const roots = [
      ...folders.map(({ uri }) => uri.fsPath),
      ...this.options.checkouts.all.map(({ root }) => root),
    ]
    return [...new Set(roots)]
  }

  private searchAnew(): void {
    if (!this.index) return
    this.watch()
    void this.index.refresh()
  }

  /** Watching is what makes changes show at once; where it fails, the index searches now and then. */
  private watch(): void {
    this.watchers.dispose()
    this.watchers = new DisposableList()
    for (const root of this.roots()) {
      // A folder that goes is told of itself, not of the files in it.
      const folders = this.watcher(root, '{runs,*/runs}/{*,*/*}')
      this.watchers.track(folders.onDidDelete(({ fsPath }) => this.gone(fsPath)))
      this.watchers.track(folders.onDidCreate(({ fsPath }) => this.touchSoon(fsPath)))
      const manifests = this.watcher(root, '{runs,*/runs}/{*,*/*}/slim/run.json')
      const look = ({ fsPath }: Uri) => this.touchSoon(dirname(dirname(fsPath)))
      for (const event of [manifests.onDidCreate, manifests.onDidChange, manifests.onDidDelete]) {
        this.watchers.track(event(look))
      }
    }
  }

  private watcher(root: string, glob: string) {
    return this.watchers.track(workspace.createFileSystemWatcher(new RelativePattern(root, glob)))
  }

  private gone(path: string): void {
    if (this.get(path)) this.touchSoon(path)
    else if (this.all.some(({ runDir }) => isBelow(path, runDir))) void this.refresh()
  }

  private touchSoon(runDir: string): void {
    this.touches.run(runDir, () => void this.touch(runDir).catch(this.options.onError))
  }

  private tell(change: IndexChange): void {
    this.hasRuns.set(this.all.length > 0)
    this.running.set(this.alive.length > 0)
    this.changed.fire(change)
    const news = change.added.length + change.removed.length > 0
    if (news || change.changed.some(({ run }) => isEnded(run.state))) this.saveSoon()
  }

  /** Not put off by each further change, as while a run goes on there is always one. */
  private saveSoon(): void {
    this.saveTimer ??= setTimeout(() => {
      this.saveTimer = undefined
      // While the first search goes on, most would be missing.
      if (this.ready) void this.save().catch(this.options.onError)
      else this.saveSoon()
    }, saveMs)
  }

  private async save(): Promise<void> {
    const file = this.savedFile()
    if (file === undefined || !this.index?.ready) return
    await writeSavedRuns(file, this.index.saved())
  }

  private savedFile(): string | undefined {
    const { storage } = this.options
    return storage?.scheme === 'file' ? join(storage.fsPath, 'runs.jsonl') : undefined
  }

  /** Starting what waits executes code of the workspace. */
  private async adopt(): Promise<void> {
    if (!workspace.isTrusted || this.adopting) return
    const queued = this.all.filter(({ state }) => state === 'queued')
    if (queued.length === 0) return
    this.adopting = true
    await adoptQueued(queued, this.options.waiter)
      .catch(this.options.onError)
      .finally(() => {
        this.adopting = false
      })
  }
}

function contextKey(key: string): ManagedContextKey {
  return new ManagedContextKey(key, (name, value) =>
    commands.executeCommand('setContext', name, value),
  )
}
