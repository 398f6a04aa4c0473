import { commands } from 'vscode'
import type { IndexChange } from '../../runs/index/runIndex'
import { ManagedContextKey } from '../common/contextKey'
import { DisposableList } from '../common/disposable'
import { contextKeys } from '../contributions'
import { RunCount } from './runCount'
import type { WorkspaceRuns } from './workspaceRuns'

/** Keys for `when` clauses: whether there is a run that could be resumed, retried, or that the next round goes on from. */
export class RunKeys extends DisposableList {
  private readonly count = new RunCount()
  private readonly resumable = key(contextKeys.resumable)
  private readonly retryable = key(contextKeys.retryable)
  private readonly finetuned = key(contextKeys.finetuned)

  constructor(runs: WorkspaceRuns) {
    super()
    this.track(runs.onDidChange((change) => this.update(change)))
  }

  private update(change: IndexChange): void {
    this.count.take(change)
    this.resumable.set(this.count.has('resume'))
    this.retryable.set(this.count.has('retry'))
    this.finetuned.set(this.count.has('round'))
  }
}

function key(name: string): ManagedContextKey {
  return new ManagedContextKey(name, (id, value) =>
    commands.executeCommand('setContext', id, value),
  )
}
