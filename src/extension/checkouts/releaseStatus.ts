import { MarkdownString, StatusBarAlignment, window } from 'vscode'
import { sampleGpus } from '../../engines/common/gpus'
import { DisposableList } from '../common/disposable'
import { commandIds, displayName } from '../contributions'
import type { Checkouts } from './checkouts'
import { collectReleaseStatus, deviceText } from './collect'

/** The detected release in the status bar; hidden while there is no checkout. */
export class ReleaseStatus extends DisposableList {
  private readonly item = this.track(
    window.createStatusBarItem('release', StatusBarAlignment.Left, 10),
  )

  private device: string | undefined

  constructor(private readonly checkouts: Checkouts) {
    super()
    this.item.name = displayName
    this.track(checkouts.onDidChange(() => this.render()))
    this.render()
  }

  /** Asks the driver once, and not before there is something to show. */
  private async nameDevice(): Promise<void> {
    if (this.device !== undefined) return
    this.device = ''
    this.device = deviceText(await sampleGpus(), process.platform, process.arch)
    this.render()
  }

  private render(): void {
    const { all, selected } = this.checkouts
    const status = collectReleaseStatus(all, selected, this.device)
    if (!status) {
      this.item.hide()
      return
    }
    void this.nameDevice()
    this.item.text = status.text
    this.item.tooltip = new MarkdownString(status.tooltip, true)
    this.item.accessibilityInformation = { label: status.label }
    this.item.command = all.length > 1 ? commandIds.selectCheckout : commandIds.detect
    this.item.show()
  }
}
