import {
  languages,
  NotebookCellKind,
  type NotebookDocument,
  RelativePattern,
  type TextDocument,
  type Uri,
  window,
  workspace,
} from 'vscode'
import type { TextReport } from '../../core/check/checkFile'
import type { Clone } from '../../core/check/clone'
import { diskFiles } from '../../core/check/files'
import { isCheckable, sizeLimit } from '../../core/check/kind'
import { newSession } from '../../core/check/session'
import { inClone } from '../../core/check/stockFiles'
import type { Finding } from '../../core/finding'
import type { Checkouts } from '../checkouts/checkouts'
import { Debouncer } from '../common/debounce'
import { DisposableList } from '../common/disposable'
import type { Checker } from './checker'
import { toDiagnostic } from './toDiagnostic'

const typingPauseMs = 300
const diskPauseMs = 500

/** What was found in a document, or a file that no editor has open. */
type Shown = {
  readonly uri: Uri
  readonly text: readonly Finding[]
  readonly places: readonly Finding[]
}

/** Marks what does not fit the detected release: in documents as one types, and in files that a check went through. */
export class Diagnostics extends DisposableList {
  private readonly collection = this.track(languages.createDiagnosticCollection('yolov5-slim'))
  private readonly debouncer = this.track(new Debouncer<string>(typingPauseMs))
  private readonly disk = this.track(new Debouncer<string>(diskPauseMs))
  private readonly shown = new Map<string, Shown>()
  private readonly rounds = new Map<string, number>()
  /** Files that a check of the workspace went through: they stay checked when they are closed. */
  private readonly swept = new Map<string, Uri>()
  /** Looks at them so far: the latest goes on, those before it end. */
  private looks = 0
  private watchers = new DisposableList()

  constructor(
    private readonly checkouts: Checkouts,
    private readonly checker: Checker,
    private readonly extensionUri: Uri,
  ) {
    super()
    this.track(workspace.onDidOpenTextDocument((document) => this.checkDocument(document)))
    this.track(workspace.onDidOpenNotebookDocument((notebook) => this.checkNotebook(notebook)))
    this.track(workspace.onDidChangeTextDocument(({ document }) => this.checkSoon(document)))
    this.track(
      workspace.onDidChangeNotebookDocument(({ notebook }) => {
        this.debouncer.run(notebook.uri.toString(), () => this.checkNotebook(notebook))
      }),
    )
    this.track(
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.debouncer.cancel(uri.toString())
        if (this.swept.has(uri.toString())) void this.checkFile(uri)
        else this.clear(uri)
      }),
    )
    // What lies beyond a text is mended elsewhere: images are unpacked, labels repaired.
    const lookAgain = () => this.disk.run('visible', () => this.checkVisible())
    this.track(window.onDidChangeActiveTextEditor(lookAgain))
    this.track(window.onDidChangeActiveNotebookEditor(lookAgain))
    this.track(window.onDidEndTerminalShellExecution(lookAgain))
    this.track(window.onDidChangeWindowState(({ focused }) => focused && lookAgain()))
    this.track(checkouts.onDidChange(() => this.start()))
    this.start()
  }

  override dispose(): void {
    super.dispose()
    this.watchers.dispose()
    this.looks++
  }

  /** Findings of a document, as they were shown last. */
  findings(uri: Uri): readonly Finding[] {
    const shown = this.shown.get(uri.toString())
    return shown === undefined ? [] : [...shown.text, ...shown.places]
  }

  /** Shows what a check of the workspace found in a file; documents that are open know better. */
  showFile(uri: Uri, findings: readonly Finding[]): void {
    this.swept.set(uri.toString(), uri)
    if (!this.isOpen(uri)) this.show({ uri, text: findings, places: [] })
  }

  /** Takes away what was shown for files of a folder that are not open. */
  clearFiles(isBelow: (path: string) => boolean): void {
    for (const { uri } of [...this.shown.values()]) {
      if (uri.scheme === 'file' && isBelow(uri.fsPath) && !this.isOpen(uri)) this.clear(uri)
    }
  }

  private start(): void {
    this.checker.forget()
    this.watchers.dispose()
    this.watchers = new DisposableList()
    for (const { root } of this.checkouts.all) {
      const pattern = new RelativePattern(
        root,
        '**/*.{yaml,yml,py,ipynb,sh,bash,bat,cmd,ps1,pt,pth}',
      )
      const watcher = this.watchers.track(workspace.createFileSystemWatcher(pattern))
      const changed = (uri: Uri) => this.disk.run(uri.toString(), () => this.fileChanged(uri))
      for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) {
        this.watchers.track(event(changed))
      }
    }
    this.clearFiles((path) => this.checker.cloneOf(path) === undefined)
    this.checkAll()
  }

  /** Looks once more at everything that is open, and at what a check of the workspace went through. */
  checkAll(): void {
    this.checkOpen()
    void this.checkSwept()
  }

  private checkOpen(): void {
    for (const document of workspace.textDocuments) this.checkDocument(document)
    for (const notebook of workspace.notebookDocuments) this.checkNotebook(notebook)
  }

  private checkVisible(): void {
    for (const { document } of window.visibleTextEditors) this.checkDocument(document)
    for (const { notebook } of window.visibleNotebookEditors) this.checkNotebook(notebook)
  }

  /**
   * Looks once more at the files that a check of the workspace went through, one after the other as it did. Those about
   * which nothing is shown any more are among them: what another release mended, this one may not.
   */
  private async checkSwept(): Promise<void> {
    const look = ++this.looks
    for (const uri of [...this.swept.values()]) {
      if (this.looks !== look) return
      if (!this.isOpen(uri)) await this.checkFile(uri)
    }
  }

  /** Sources of the clone decide what fits everywhere; other files only about themselves. */
  private fileChanged(uri: Uri): void {
    if (this.checker.cloneOf(uri.fsPath) === undefined) return
    this.checker.forget()
    if (/\.py$/i.test(uri.fsPath)) this.disk.run('all', () => this.checkAll())
    else this.disk.run('open', () => this.checkOpen())
    if (this.swept.has(uri.toString()) && !this.isOpen(uri)) void this.checkFile(uri)
  }

  /** A file that no editor has open, and that a check of the workspace went through. */
  private async checkFile(uri: Uri): Promise<void> {
    const { fsPath } = uri
    const clone = this.checker.cloneOf(fsPath)
    if (clone !== undefined && !isCheckable(fsPath)) return this.checkCheckpoint(uri, clone)
    const text = await diskFiles.text(fsPath, sizeLimit(fsPath))
    // It may have been opened meanwhile, and its document knows better.
    if (this.isOpen(uri)) return
    if (clone === undefined || text === undefined) this.clear(uri)
    else await this.check(uri, text, fsPath, clone)
  }

  private async checkCheckpoint(uri: Uri, clone: Clone): Promise<void> {
    const key = uri.toString()
    const round = this.nextRound(key)
    const text = await this.checker.checkpoint(uri.fsPath, clone)
    if (this.rounds.get(key) === round) this.show({ uri, text, places: [] })
  }

  private isOpen(uri: Uri): boolean {
    const key = uri.toString()
    const same = (other: { readonly uri: Uri }): boolean => other.uri.toString() === key
    return workspace.textDocuments.some(same) || workspace.notebookDocuments.some(same)
  }

  private checkSoon(document: TextDocument): void {
    if (document.uri.scheme !== 'file' || !isCheckable(document.fileName)) return
    this.debouncer.run(document.uri.toString(), () => this.checkDocument(document))
  }

  private checkDocument(document: TextDocument): void {
    const { uri, fileName } = document
    if (uri.scheme !== 'file' || document.isClosed || !isCheckable(fileName)) return
    const clone = this.checker.cloneOf(fileName)
    const text = clone === undefined ? '' : document.getText()
    if (clone === undefined || text.length > sizeLimit(fileName)) this.clear(uri)
    else void this.check(uri, text, fileName, clone)
  }

  private async check(uri: Uri, text: string, path: string, clone: Clone): Promise<void> {
    const report = this.checker.text(text, path, clone)
    await this.showReport(uri, text, path, clone, report)
  }

  /** Shows what the text tells at once, and what lies beyond it when that is known, unless it was changed since. */
  private async showReport(
    uri: Uri,
    text: string,
    path: string,
    clone: Clone,
    report: TextReport,
  ): Promise<void> {
    const key = uri.toString()
    const round = this.nextRound(key)
    const places = this.shown.get(key)?.places ?? []
    this.show({ uri, text: report.findings, places })
    const found = await this.checker.beyond(text, path, clone, report).catch(() => [])
    if (this.rounds.get(key) === round) this.show({ uri, text: report.findings, places: found })
  }

  private checkNotebook(notebook: NotebookDocument): void {
    if (notebook.uri.scheme !== 'file' || notebook.isClosed) return
    const path = notebook.uri.fsPath
    const clone = this.checker.cloneOf(path)
    const session = newSession(clone === undefined ? '' : inClone(clone, path))
    this.clear(notebook.uri)
    for (const { kind, document } of notebook.getCells()) {
      if (clone === undefined || kind !== NotebookCellKind.Code) this.clear(document.uri)
      else {
        const text = document.getText()
        const report = this.checker.cell(text, path, clone, session)
        // Keyed by the cell, so that the places of one cell are not taken for another's.
        void this.showReport(document.uri, text, `${path}#${document.uri.fragment}`, clone, report)
      }
    }
  }

  private show(shown: Shown): void {
    const { uri, text, places } = shown
    const findings = [...text, ...places]
    if (findings.length === 0) {
      this.remove(uri)
      return
    }
    this.shown.set(uri.toString(), shown)
    this.collection.set(
      uri,
      findings.map((finding) => toDiagnostic(finding, this.extensionUri)),
    )
  }

  /** Also keeps a look at places that is still under way from being shown. */
  private clear(uri: Uri): void {
    this.nextRound(uri.toString())
    this.remove(uri)
  }

  private remove(uri: Uri): void {
    if (this.shown.delete(uri.toString())) this.collection.delete(uri)
  }

  private nextRound(key: string): number {
    const round = (this.rounds.get(key) ?? 0) + 1
    this.rounds.set(key, round)
    return round
  }
}
