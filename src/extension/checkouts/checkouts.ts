import { EventEmitter, type Memento, RelativePattern, window, workspace } from 'vscode'
import type { Detection } from '../../core/yolov5/release'
import { Debouncer } from '../common/debounce'
import { DisposableList } from '../common/disposable'
import { memoryKeys } from '../contributions'
import {
  chooseCheckout,
  collectCheckoutItems,
  collectDetectionLines,
  telling,
  uniqueCheckouts,
} from './collect'

/** Unzipping or switching branches touches hundreds of files. */
const settleMs = 800

/** The YOLOv5 checkouts of the workspace, and the one that commands work on. */
export class Checkouts extends DisposableList {
  private readonly changed = this.track(new EventEmitter<void>())
  private readonly debouncer = this.track(new Debouncer<'search'>(settleMs))
  private watchers = new DisposableList()
  private found: readonly Detection[] = []
  private chosen: Detection | undefined
  private searching: Promise<void> | undefined

  readonly onDidChange = this.changed.event

  constructor(
    private readonly memory: Memento,
    private readonly log: { info(message: string): void; error(error: Error): void },
  ) {
    super()
    this.watch()
    this.track(
      workspace.onDidChangeWorkspaceFolders(() => {
        this.watch()
        this.searchSoon()
      }),
    )
    // Whoever comes back from a terminal may have cloned one there.
    this.track(
      window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.found.length === 0) this.searchSoon()
      }),
    )
  }

  override dispose(): void {
    super.dispose()
    this.watchers.dispose()
  }

  get all(): readonly Detection[] {
    return this.found
  }

  get selected(): Detection | undefined {
    return this.chosen
  }

  /** Searches the workspace folders again; concurrent calls share one search. */
  search(): Promise<void> {
    this.searching ??= this.searchNow().finally(() => {
      this.searching = undefined
    })
    return this.searching
  }

  /** Lets the user choose where there are several; remembered for the workspace. */
  async choose(): Promise<Detection | undefined> {
    if (this.found.length < 2) return this.chosen
    const items = collectCheckoutItems(this.found, this.chosen)
    const picked = await window.showQuickPick(items, {
      matchOnDescription: true,
      matchOnDetail: true,
    })
    if (!picked) return undefined
    this.chosen = picked.detection
    await this.memory.update(memoryKeys.checkout, picked.detection.root)
    this.changed.fire()
    return picked.detection
  }

  private async searchNow(): Promise<void> {
    const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')
    const { findCheckouts } = await import('../../core/yolov5/detect')
    const found = await Promise.all(folders.map(({ uri }) => findCheckouts(uri.fsPath)))
    const before = this.found
    this.found = uniqueCheckouts(found.flat())
    this.chosen = chooseCheckout(this.found, this.memory.get<string>(memoryKeys.checkout))
    if (JSON.stringify(before) === JSON.stringify(this.found)) return
    for (const line of this.found.flatMap(collectDetectionLines)) this.log.info(line)
    this.watch()
    this.changed.fire()
  }

  private watch(): void {
    this.watchers.dispose()
    this.watchers = new DisposableList()
    const folders = workspace.workspaceFolders ?? []
    for (const folder of folders) {
      // Of a folder that comes as a whole, what is in it may not be told.
      const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, '*'))
      this.watchers.track(watcher)
      this.watchers.track(watcher.onDidCreate(() => this.searchSoon()))
    }
    const roots = [
      ...this.found.map(({ root }) => new RelativePattern(root, telling)),
      ...folders.map((folder) => new RelativePattern(folder, '**/models/yolo.py')),
    ]
    for (const pattern of roots) {
      const watcher = this.watchers.track(workspace.createFileSystemWatcher(pattern))
      const soon = () => this.searchSoon()
      for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) {
        this.watchers.track(event(soon))
      }
    }
  }

  private searchSoon(): void {
    this.debouncer.run('search', () => {
      this.search().catch((error: unknown) => {
        this.log.error(error instanceof Error ? error : new Error(String(error)))
      })
    })
  }
}
