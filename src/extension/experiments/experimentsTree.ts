import {
  EventEmitter,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode'
import type { IndexChange } from '../../runs/index/runIndex'
import type { RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { Debouncer } from '../common/debounce'
import { DisposableList } from '../common/disposable'
import { commandIds } from '../contributions'
import type { WorkspaceRuns } from '../runs/workspaceRuns'
import { arrange, dependsOnProgress, noFilter, type RunFilter, type SortOrder } from './arrange'
import { compareWithOrigin } from './comparison'
import { FactFinder } from './facts'
import { type Row, Rows } from './nodes'
import { collectRow } from './row'
import { collectTags } from './tags'
import { collectTooltip } from './tooltip'

const settleMs = 100
/** Lineages that are open at first; of thousands, VS Code would ask for every row. */
const openAtFirst = 20

/** The experiments as a tree of lineages. Changed rows are refreshed alone, the tree only when rows come or go. */
export class ExperimentsTree extends DisposableList implements TreeDataProvider<Row> {
  private readonly changed = this.track(new EventEmitter<Row | Row[] | undefined>())
  private readonly arranged = this.track(new EventEmitter<void>())
  private readonly settling = this.track(new Debouncer<'arrange'>(settleMs))
  private readonly facts = new FactFinder((runDirs) => this.fire(runDirs))
  private readonly rows = new Rows()
  /** What each row showed last, to refresh only those that show something else. */
  private readonly shown = new Map<string, string>()
  private byId: ReadonlyMap<string, RunSnapshot> = new Map()

  readonly onDidChangeTreeData = this.changed.event
  readonly onDidArrange = this.arranged.event

  constructor(
    private readonly runs: WorkspaceRuns,
    private filter: RunFilter = noFilter,
    private order: SortOrder = 'newest',
  ) {
    super()
    this.track(runs.onDidChange((change) => this.take(change)))
    this.arrange()
  }

  /** Rows that are shown, ancestors of those that match included. */
  get count(): number {
    return this.rows.size
  }

  show(filter: RunFilter, order: SortOrder): void {
    this.filter = filter
    this.order = order
    this.arrange()
  }

  /** Looks again at every file that decides what actions a row has. */
  forgetFiles(): void {
    this.facts.forget()
    this.changed.fire(undefined)
  }

  getTreeItem(row: Row): TreeItem {
    const { run } = row
    const look = collectRow(run, compareWithOrigin(run, this.byId))
    const tags = collectTags(run, this.facts.factsOf(run))
    this.shown.set(run.runDir, this.signature(run))
    const item = new TreeItem(look.label, this.collapsible(row))
    // VS Code keeps a row as it first saw it: a leaf that gets its first child would stay closed over it.
    item.id = row.children.length === 0 ? `${run.runDir}#leaf` : run.runDir
    item.description = look.description
    item.iconPath = new ThemeIcon(look.icon, look.color ? new ThemeColor(look.color) : undefined)
    item.contextValue = tags.join(' ')
    item.accessibilityInformation = { label: look.spoken }
    if (tags.includes('charts')) {
      // As with files: who clicks through the rows, or chooses several, stays in the tree, and gets one panel.
      const args = [run.runDir, undefined, { preserveFocus: true }]
      item.command = { command: commandIds.openDashboard, title: '', arguments: args }
    }
    return item
  }

  getChildren(row?: Row): Row[] {
    return [...(row?.children ?? this.rows.top)]
  }

  getParent(row: Row): Row | undefined {
    return row.parent
  }

  /** Called when the pointer rests on a row. */
  resolveTreeItem(item: TreeItem, { run }: Row): TreeItem {
    const parent = this.byId.get(run.manifest.parent ?? '')
    const text = collectTooltip(run, compareWithOrigin(run, this.byId), parent)
    item.tooltip = new MarkdownString(text, true)
    return item
  }

  row(runDir: string): Row | undefined {
    return this.rows.get(runDir)
  }

  private collapsible(row: Row): TreeItemCollapsibleState {
    if (row.children.length === 0) return TreeItemCollapsibleState.None
    const open = row.lineage < openAtFirst || hasLive(root(row))
    return open ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed
  }

  private take({ added, changed, removed }: IndexChange): void {
    const structural = added.length > 0 || removed.length > 0
    if (structural || dependsOnProgress(this.filter, this.order)) {
      this.settling.run('arrange', () => this.arrange())
      if (structural) return
    }
    const byId = new Map(this.byId)
    for (const { run } of changed) {
      byId.set(run.manifest.id, run)
      const row = this.rows.get(run.runDir)
      if (row) row.run = run
    }
    this.byId = byId
    this.fire(changed.map(({ run }) => run.runDir))
  }

  private arrange(): void {
    this.byId = new Map(this.runs.all.map((run) => [run.manifest.id, run]))
    const moved = this.rows.arrange(arrange(this.runs.all, this.filter, this.order))
    if (moved) this.changed.fire(undefined)
    this.arranged.fire()
  }

  /** Refreshes rows, and those whose comparison with them changes, where they show something else than before. */
  private fire(runDirs: readonly string[]): void {
    const stale: Row[] = []
    const visit = (row: Row): void => {
      const before = this.shown.get(row.run.runDir)
      // A row that VS Code never asked for is not on show.
      if (before !== undefined && before !== this.signature(row.run)) stale.push(row)
      row.children.forEach(visit)
    }
    for (const runDir of runDirs) {
      const row = this.rows.get(runDir)
      if (row) visit(row)
    }
    if (stale.length > 0) this.changed.fire(stale)
  }

  private signature(run: RunSnapshot): string {
    const row = collectRow(run, compareWithOrigin(run, this.byId))
    return [
      row.icon,
      row.label,
      row.description,
      ...collectTags(run, this.facts.factsOf(run)),
    ].join('\n')
  }
}

function root(row: Row): Row {
  return row.parent ? root(row.parent) : row
}

function hasLive({ run, children }: Row): boolean {
  return !isEnded(run.state) || children.some(hasLive)
}
