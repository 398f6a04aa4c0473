import {
  EventEmitter,
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
import { DisposableList } from '../common/disposable'
import { stampOf } from '../common/stamp'
import { settings, viewIds } from '../contributions'
import { formCandidates } from '../form/candidates'
import { pythonSettings } from '../python/interpreter'
import { collectFacts, type FactNode } from './collect'
import type { CheckpointFact, DataSetFact, Known, WorkspaceFacts } from './facts'

const gpuMs = 5000
const looking = { kind: 'looking' } as const

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
  private stale = true
  /** Python takes seconds to answer: it is not asked again where just files have changed. */
  private asksPython = true
  private round = 0
  private pythonRound = 0

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
      runs.onDidChange(({ added, removed, initial }) => {
        if (!initial && added.length + removed.length > 0) this.refresh()
      }),
    )
    this.track(
      workspace.onDidSaveTextDocument(({ languageId }) => {
        // What a line says is wrong with a data set may be mended now.
        if (languageId !== 'yaml') return
        this.stale = true
        this.lookIfWanted()
      }),
    )
    this.track(this.view.onDidChangeVisibility(() => this.lookIfWanted()))
    const timer = setInterval(() => void this.lookAtGpus(), gpuMs)
    this.track({ dispose: () => clearInterval(timer) })
  }

  /** Looks at everything again, now or when the view is opened. */
  refresh(): void {
    this.stale = true
    this.asksPython = true
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
    const { checkouts, runs } = this.context
    const root = this.root()
    const configuration = workspace.getConfiguration(
      settings.section,
      root === undefined ? undefined : Uri.file(root),
    )
    const busy = runs.alive.flatMap(({ name, manifest }) =>
      manifest.process ? (manifest.devices ?? []).map((device) => [device, name] as const) : [],
    )
    return {
      ...{ checkouts: checkouts.all, selected: checkouts.selected, hasFolder: root !== undefined },
      engine: configuration.get<string>(settings.engine, 'auto'),
      namesPython: configuration.get<string>(settings.python, '').trim() !== '',
      ...{ python: this.python, gpus: this.gpus, busy: new Map(busy) },
      ...{ dataSets: this.dataSets, checkpoints: this.checkpoints },
    }
  }

  private root(): string | undefined {
    return this.context.checkouts.selected?.root ?? workspace.workspaceFolders?.[0]?.uri.fsPath
  }

  private lookIfWanted(): void {
    if (!this.stale || !this.view.visible) return
    this.stale = false
    void this.look()
  }

  /** Each piece shows as soon as it is there; a later look overtakes an earlier one. */
  private async look(): Promise<void> {
    const round = ++this.round
    const { checkouts, runs, program } = this.context
    await checkouts.search()
    const { checkpointFiles, readCheckpoint, readDataSet, readPython } = await import('./probes')
    const root = this.root()
    if (root === undefined) return this.changed.fire(undefined)
    const show = (change: () => void): void => {
      if (round !== this.round) return
      change()
      this.changed.fire(undefined)
    }
    const detection = checkouts.selected ?? withoutCheckout(root)
    const interpreter = async (): Promise<void> => {
      if (!this.asksPython) return
      this.asksPython = false
      const asked = ++this.pythonRound
      const known = workspace.isTrusted
        ? await readPython(root, await pythonSettings(Uri.file(root)))
        : ({ kind: 'untrusted' } as const)
      if (asked !== this.pythonRound) return
      this.python = known
      this.changed.fire(undefined)
    }
    const files = async (): Promise<void> => {
      const found = await formCandidates('train', root, [])
      const sets: DataSetFact[] = []
      for (const { value } of found.dataSets) {
        sets.push(await readDataSet(`${root}/${value}`, value, detection))
      }
      show(() => {
        this.dataSets = { kind: 'known', value: sets }
      })
      const names = found.checkpoints.map(({ value }) => value)
      const listed = await checkpointFiles(root, names, await runs.below(root))
      const inspect = (path: string) => program.json(['inspect', path, '--json'], root)
      const facts: CheckpointFact[] = [...listed]
      show(() => {
        this.checkpoints = { kind: 'known', value: [...facts] }
      })
      for (const [i, file] of listed.entries()) {
        if (round !== this.round) break
        if (!this.view.visible) {
          this.stale = true
          break
        }
        facts[i] = await this.known(file, () => readCheckpoint(file, inspect))
        show(() => {
          this.checkpoints = { kind: 'known', value: [...facts] }
        })
      }
    }
    await Promise.all([interpreter(), this.lookAtGpus(), files()]).catch((error: unknown) =>
      this.context.channel.error(error instanceof Error ? error : String(error)),
    )
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
