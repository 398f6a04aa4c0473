import { MarkdownString, StatusBarAlignment, window } from 'vscode'
import { DisposableList } from '../common/disposable'
import { commandIds, displayName } from '../contributions'
import type { Checkouts } from './checkouts'
import { collectReleaseStatus } from './collect'

/** The detected release in the status bar; hidden while there is no checkout. */
export class ReleaseStatus extends DisposableList {
  private readonly item = this.track(
    window.createStatusBarItem('release', StatusBarAlignment.Left, 10),
  )

  constructor(private readonly checkouts: Checkouts) {
    super()
    this.item.name = displayName
    this.track(checkouts.onDidChange(() => this.render()))
    this.render()
  }

  private render(): void {
    const { all, selected } = this.checkouts
    const status = collectReleaseStatus(all, selected)
    if (!status) {
      this.item.hide()
      return
    }
    this.item.text = status.text
    this.item.tooltip = new MarkdownString(status.tooltip, true)
    this.item.accessibilityInformation = { label: status.label }
    this.item.command = all.length > 1 ? commandIds.selectCheckout : commandIds.detect
    this.item.show()
  }
}
