import * as l10n from '@vscode/l10n'
import { commands, type Memento, QuickPickItemKind, type TreeView, window } from 'vscode'
import { ManagedContextKey } from '../common/contextKey'
import { DisposableList } from '../common/disposable'
import { contextKeys, viewIds } from '../contributions'
import type { CommandHandlers } from '../registerCommands'
import type { WorkspaceRuns } from '../runs/workspaceRuns'
import { isFiltering, noFilter } from './arrange'
import { ExperimentsTree } from './experimentsTree'
import {
  collectFilterItems,
  collectSortItems,
  type FilterItem,
  filterMessage,
  filterOf,
  isChosen,
} from './filterItems'
import { recallView, rememberView, type ViewState } from './memory'
import type { Row } from './nodes'

/** The experiments view: its tree, filter and order, and the badge that counts what is under way. */
export class ExperimentsView extends DisposableList {
  private readonly tree: ExperimentsTree
  private readonly view: TreeView<Row>
  private readonly filtered = new ManagedContextKey(contextKeys.filtered, (key, value) =>
    commands.executeCommand('setContext', key, value),
  )
  private state: ViewState

  constructor(
    private readonly runs: WorkspaceRuns,
    private readonly memory: Memento,
  ) {
    super()
    this.state = recallView(memory)
    this.tree = this.track(new ExperimentsTree(runs, this.state.filter, this.state.order))
    this.view = this.track(
      window.createTreeView(viewIds.experiments, {
        treeDataProvider: this.tree,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    )
    this.track(this.tree.onDidArrange(() => this.render()))
    this.track(runs.onDidChange(() => this.render()))
    this.render()
  }

  get handlers(): Pick<CommandHandlers, 'filterRuns' | 'clearFilter' | 'sortRuns'> {
    return {
      filterRuns: () => this.askFilter(),
      clearFilter: () => this.show({ ...this.state, filter: noFilter }),
      sortRuns: () => this.askOrder(),
    }
  }

  /** Looks at every folder and file again. */
  async refresh(): Promise<void> {
    await this.runs.refresh()
    this.tree.forgetFiles()
  }

  /** Folders of the rows that are selected. */
  get selected(): readonly string[] {
    return this.view.selection.map(({ run }) => run.runDir)
  }

  private async show(state: ViewState): Promise<void> {
    this.state = state
    this.tree.show(state.filter, state.order)
    await rememberView(this.memory, state)
  }

  private render(): void {
    const { filter } = this.state
    this.filtered.set(isFiltering(filter))
    const message = filterMessage(filter, this.tree.count, this.runs.all.length)
    if ((this.view.message ?? '') !== message) this.view.message = message
    const alive = this.runs.alive.length
    if ((this.view.badge?.value ?? 0) === alive) return
    this.view.badge =
      alive === 0 ? undefined : { value: alive, tooltip: l10n.t('Runs under way: {0}', alive) }
  }

  private async askFilter(): Promise<void> {
    const { filter } = this.state
    const items = collectFilterItems().map((item) => ({
      ...item,
      ...(item.heading ? { kind: QuickPickItemKind.Separator } : {}),
      // What is typed is a filter itself, not one of this list.
      alwaysShow: true,
    }))
    const pick = window.createQuickPick<FilterItem & { label: string }>()
    pick.title = l10n.t('Filter runs')
    pick.placeholder = l10n.t('Type parts of the name or command line; tick stages and states')
    pick.canSelectMany = true
    pick.items = items
    pick.selectedItems = items.filter((item) => isChosen(filter, item))
    pick.value = filter.text
    const chosen = await new Promise<ReturnType<typeof filterOf> | undefined>((done) => {
      pick.onDidAccept(() => done(filterOf(pick.value, pick.selectedItems)))
      pick.onDidHide(() => done(undefined))
      pick.show()
    })
    pick.dispose()
    if (chosen) await this.show({ ...this.state, filter: chosen })
  }

  private async askOrder(): Promise<void> {
    const items = collectSortItems(this.state.order).map((item) => ({ ...item }))
    const picked = await window.showQuickPick(items, { title: l10n.t('Sort runs') })
    if (picked) await this.show({ ...this.state, order: picked.order })
  }
}
