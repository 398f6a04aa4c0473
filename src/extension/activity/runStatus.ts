import { MarkdownString, StatusBarAlignment, window } from 'vscode'
import { DisposableList } from '../common/disposable'
import { commandIds, displayName } from '../contributions'
import type { Activity } from './activity'
import { collectRunStatus } from './collect'

/** The run under way in the status bar; hidden while there is none. */
export class RunStatus extends DisposableList {
  private readonly item = this.track(window.createStatusBarItem('run', StatusBarAlignment.Left, 9))

  constructor(private readonly activity: Activity) {
    super()
    this.item.name = `${displayName}: run`
    this.track(activity.onDidChange(() => this.render()))
    this.render()
  }

  private render(): void {
    const status = collectRunStatus(this.activity.alive)
    if (!status) {
      this.item.hide()
      return
    }
    this.item.text = status.text
    this.item.command = {
      command: commandIds.openDashboard,
      title: '',
      arguments: [status.runDir],
    }
    const tooltip = new MarkdownString(status.tooltip)
    tooltip.isTrusted = {
      enabledCommands: [commandIds.openDashboard, commandIds.showLog, commandIds.stop],
    }
    this.item.tooltip = tooltip
    this.item.accessibilityInformation = { label: status.label }
    this.item.show()
  }
}
