import {
  EventEmitter,
  RelativePattern,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  Uri,
  window,
  workspace,
} from 'vscode'
import { withoutCheckout } from '../../engines/builtin/stage/detection'
import { type GpuSample, sampleGpus } from '../../engines/common/gpus'
import type { Preflight } from '../../engines/pytorch/python'
import type { CommandContext } from '../commands/context'
import { Debouncer } from '../common/debounce'
import { type Disposable, DisposableList } from '../common/disposable'
import { stampOf } from '../common/stamp'
import { settings, viewIds } from '../contributions'
import { type Candidates, formCandidates } from '../form/candidates'
import { pythonSettings } from '../python/interpreter'
import { collectFacts, type FactNode, faultyPieces } from './collect'
import type { CheckpointFact, DataSetFact, Known, WorkspaceFacts } from './facts'
import { RunOutputs } from './outputs'

const gpuMs = 5000
/** A file that is copied is told of again and again. */
const settleMs = 1000
/** Where checkpoints lie about; a folder that comes or goes is told of itself, not of the files in it. */
const checkpointGlob = '{*.pt,weights,weights/*.pt}'
const looking = { kind: 'looking' } as const

/** What is looked up by itself: Python takes seconds to answer, and data sets are counted image by image. */
const pieces = ['python', 'dataSets', 'checkpoints'] as const
type Piece = (typeof pieces)[number]

/** One look at a piece. */
type Look = {
  readonly root: string
  /** Whether no later look has begun. */
  readonly isLatest: () => boolean
}
type FileLook = Look & {
  readonly found: Candidates
  readonly probes: Pick<
    typeof import('./probes'),
    'checkpointFiles' | 'readCheckpoint' | 'readDataSet'
  >
}

/** The workspace view: looked up once it is visible, piece by piece, and kept until something changes. */
export class WorkspaceTree extends DisposableList implements TreeDataProvider<FactNode> {
  private readonly changed = this.track(new EventEmitter<undefined>())
  private readonly view: TreeView<FactNode>
  private python: Known<Preflight> = looking
  private gpus: readonly GpuSample[] = []
  private dataSets: Known<readonly DataSetFact[]> = looking
  private checkpoints: Known<readonly CheckpointFact[]> = looking
  /** Answers by path and time of last change. */
  private readonly inspected = new Map<string, CheckpointFact>()
  private readonly stale = new Set<Piece>(pieces)
  private readonly rounds: Record<Piece, number> = { python: 0, dataSets: 0, checkpoints: 0 }
  private readonly outputs = new RunOutputs()
  private busy = ''
  private watched: { readonly root: string; readonly watcher: Disposable } | undefined
  private readonly settled = this.track(new Debouncer<'checkpoints'>(settleMs))

  readonly onDidChangeTreeData = this.changed.event

  constructor(private readonly context: CommandContext) {
    super()
    // Not before every field is there: creating the view takes up the event.
    this.view = this.track(window.createTreeView(viewIds.workspace, { treeDataProvider: this }))
    const { checkouts, runs } = context
    this.track(checkouts.onDidChange(() => this.refresh()))
    this.track(workspace.onDidGrantWorkspaceTrust(() => this.refresh()))
    this.track(
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(settings.section)) this.refresh()
      }),
    )
    this.track(
      runs.onDidChange((change) => {
        if (this.outputs.take(change)) this.lookAgain('checkpoints')
        // It found a Python and data.
        if (!change.initial && change.added.length > 0) this.lookAtFaults()
        const busy = JSON.stringify([...this.busyDevices()])
        if (busy === this.busy) return
        this.busy = busy
        this.changed.fire(undefined)
      }),
    )
    this.track(
      workspace.onDidSaveTextDocument(({ languageId }) => {
        // What a line says is wrong with a data set may be mended now.
        if (languageId === 'yaml') this.lookAgain('dataSets')
      }),
    )
    this.track(window.onDidEndTerminalShellExecution(() => this.lookAtFaults()))
    this.track(window.onDidChangeWindowState(({ focused }) => focused && this.lookAtFaults()))
    this.track(this.view.onDidChangeVisibility(() => this.lookIfWanted()))
    const timer = setInterval(() => void this.lookAtGpus(), gpuMs)
    this.track({ dispose: () => clearInterval(timer) })
    this.track({ dispose: () => this.watched?.watcher.dispose() })
  }

  /** Looks at everything again, now or when the view is opened. */
  refresh(): void {
    this.lookAgain(...pieces)
  }

  private lookAtFaults(): void {
    this.lookAgain(...faultyPieces({ python: this.python, dataSets: this.dataSets }))
  }

  private lookAgain(...which: readonly Piece[]): void {
    for (const piece of which) this.stale.add(piece)
    this.lookIfWanted()
  }

  getChildren(node?: FactNode): FactNode[] {
    if (!node) this.lookIfWanted()
    return [...(node ? (node.children ?? []) : collectFacts(this.facts()))]
  }

  getTreeItem(node: FactNode): TreeItem {
    const { None, Collapsed } = TreeItemCollapsibleState
    const item = new TreeItem(node.label, node.children?.length ? Collapsed : None)
    item.id = node.id
    item.iconPath = new ThemeIcon(node.icon, node.color ? new ThemeColor(node.color) : undefined)
    item.accessibilityInformation = { label: [node.label, node.description].join(', ') }
    if (node.description !== undefined) item.description = node.description
    if (node.tooltip !== undefined) item.tooltip = node.tooltip
    if (node.command) {
      const { id, title, args = [] } = node.command
      // The editor's own commands take a Uri, ours a path.
      const given = id === 'vscode.open' ? args.map((path) => Uri.file(String(path))) : [...args]
      item.command = { command: id, title, arguments: given }
    }
    return item
  }

  private facts(): WorkspaceFacts {
    const { checkouts } = this.context
    const root = this.root()
    const configuration = workspace.getConfiguration(
      settings.section,
      root === undefined ? undefined : Uri.file(root),
    )
    return {
      ...{ checkouts: checkouts.all, selected: checkouts.selected, hasFolder: root !== undefined },
      engine: configuration.get<string>(settings.engine, 'auto'),
      namesPython: configuration.get<string>(settings.python, '').trim() !== '',
      ...{ python: this.python, gpus: this.gpus, busy: this.busyDevices() },
      ...{ dataSets: this.dataSets, checkpoints: this.checkpoints },
    }
  }

  private busyDevices(): ReadonlyMap<string, string> {
    const busy = this.context.runs.alive.flatMap(({ name, manifest, elsewhere }) =>
      // The devices of another machine have the same names.
      manifest.process && elsewhere === undefined
        ? (manifest.devices ?? []).map((device) => [device, name] as const)
        : [],
    )
    return new Map(busy)
  }

  private root(): string | undefined {
    return this.context.checkouts.selected?.root ?? workspace.workspaceFolders?.[0]?.uri.fsPath
  }

  private lookIfWanted(): void {
    if (this.stale.size === 0 || !this.view.visible) return
    const wanted = [...this.stale]
    this.stale.clear()
    this.look(wanted).catch((error: unknown) =>
      this.context.channel.error(error instanceof Error ? error : String(error)),
    )
  }

  /** Each piece shows as soon as it is there; a later look overtakes an earlier one. */
  private async look(wanted: readonly Piece[]): Promise<void> {
    const rounds = wanted.map((piece) => [piece, ++this.rounds[piece]] as const)
    await this.context.checkouts.search()
    const root = this.root()
    if (root === undefined) return this.changed.fire(undefined)
    this.watch(root)
    const { readPython, ...probes } = await import('./probes')
    let found: Promise<Candidates> | undefined
    const files = async (look: Look): Promise<FileLook> => {
      found ??= formCandidates('train', root, [])
      return { ...look, probes, found: await found }
    }
    const looks: Readonly<Record<Piece, (look: Look) => Promise<void>>> = {
      python: (look) => this.askPython(look, readPython),
      dataSets: async (look) => this.lookAtDataSets(await files(look)),
      checkpoints: async (look) => this.lookAtCheckpoints(await files(look)),
    }
    const begun = rounds.map(async ([piece, round]) => {
      const isLatest = () => round === this.rounds[piece]
      // Where the search found another checkout, a later look is on its way already.
      if (isLatest()) await looks[piece]({ root, isLatest })
    })
    await Promise.all([this.lookAtGpus(), ...begun])
  }

  /** Checkpoints that come and go without a run, as those that are downloaded. */
  private watch(root: string): void {
    if (this.watched?.root === root) return
    this.watched?.watcher.dispose()
    const watcher = workspace.createFileSystemWatcher(
      new RelativePattern(Uri.file(root), checkpointGlob),
    )
    this.watched = { root, watcher }
    const soon = () => this.settled.run('checkpoints', () => this.lookAgain('checkpoints'))
    for (const told of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) told(soon)
  }

  private async askPython(
    { root, isLatest }: Look,
    readPython: typeof import('./probes').readPython,
  ): Promise<void> {
    const known = workspace.isTrusted
      ? await readPython(root, await pythonSettings(Uri.file(root)))
      : ({ kind: 'untrusted' } as const)
    if (!isLatest()) return
    this.python = known
    this.changed.fire(undefined)
  }

  private async lookAtDataSets({ root, isLatest, found, probes }: FileLook): Promise<void> {
    const detection = this.context.checkouts.selected ?? withoutCheckout(root)
    const sets: DataSetFact[] = []
    for (const { value } of found.dataSets) {
      if (!isLatest()) return
      sets.push(await probes.readDataSet(`${root}/${value}`, value, detection))
    }
    if (!isLatest()) return
    this.dataSets = { kind: 'known', value: sets }
    this.changed.fire(undefined)
  }

  private async lookAtCheckpoints({ root, isLatest, found, probes }: FileLook): Promise<void> {
    const { runs, program } = this.context
    const names = found.checkpoints.map(({ value }) => value)
    const listed = await probes.checkpointFiles(root, names, await runs.below(root))
    const inspect = (path: string) => program.json(['inspect', path, '--json'], root)
    const before = this.checkpoints.kind === 'known' ? this.checkpoints.value : []
    // What was told of a file stays until it is read again.
    const facts: CheckpointFact[] = listed.map((file) => ({
      ...before.find((one) => one.file === file.file),
      ...file,
    }))
    const show = (): void => {
      if (!isLatest()) return
      this.checkpoints = { kind: 'known', value: [...facts] }
      this.changed.fire(undefined)
    }
    show()
    for (const [i, file] of listed.entries()) {
      if (!isLatest()) return
      if (!this.view.visible) {
        this.stale.add('checkpoints')
        return
      }
      facts[i] = await this.known(file, () => probes.readCheckpoint(file, inspect))
      show()
    }
  }

  /** What was read of a file before, unless it was changed since. */
  private async known(
    file: Pick<CheckpointFact, 'file'>,
    read: () => Promise<CheckpointFact>,
  ): Promise<CheckpointFact> {
    const key = `${file.file} ${await stampOf(file.file)}`
    const before = this.inspected.get(key)
    if (before) return before
    const fact = await read()
    this.inspected.set(key, fact)
    return fact
  }

  private async lookAtGpus(): Promise<void> {
    if (!this.view.visible || !window.state.focused) return
    const gpus = await sampleGpus()
    if (JSON.stringify(gpus) === JSON.stringify(this.gpus)) return
    this.gpus = gpus
    this.changed.fire(undefined)
  }
}
