import { basename, dirname } from 'node:path'
import * as l10n from '@vscode/l10n'
import { RelativePattern, Uri, type WebviewPanel, workspace } from 'vscode'
import type { CheckpointView } from '../../core/slimming/checkpointView'
import type { Detection } from '../../core/yolov5/release'
import { checkoutFor } from '../checkouts/collect'
import { DisposableList } from '../common/disposable'
import { stampOf } from '../common/stamp'
import { aimAt } from '../preview/aim'
import { type PreviewContext, PreviewHost, readView } from '../preview/previewHost'
import type { ToHost, ToPage } from '../webview/contract'
import { Page } from '../webview/page'
import { collectContent, collectFailure, collectNotices, collectRemote } from './collect'
import { type CheckpointContract, checkpointContract } from './contract'

type Message = Exclude<ToHost<CheckpointContract>, { readonly type: 'ready' | 'save' | 'trouble' }>
type Sent = ToPage<CheckpointContract>

/** What was read of the file, and of which state of it. */
type Read = {
  readonly stamp: string
  readonly view: CheckpointView | undefined
  /** Share of channels that its run aims at. */
  readonly aim: number | undefined
  readonly error: unknown
}

/** One checkpoint in an editor. */
export class CheckpointPanel extends DisposableList {
  private readonly page: Page<CheckpointContract>
  private readonly preview: PreviewHost
  private read: Read | undefined
  private wantsPreview: boolean

  constructor(
    readonly panel: WebviewPanel,
    readonly uri: Uri,
    private readonly options: {
      readonly context: PreviewContext
      readonly extensionUri: Uri
      /** The prune preview is what it was opened for. */
      readonly wantsPreview: boolean
    },
  ) {
    super()
    const { context, extensionUri } = options
    const { channel, checkouts } = context
    this.wantsPreview = options.wantsPreview
    this.preview = new PreviewHost(context, uri.fsPath, {
      post: (message) => this.post(message),
      readAgain: () => this.show(),
    })
    this.page = this.track(
      new Page({
        ...{ webview: panel.webview, extensionUri, name: 'checkpoint' },
        ...{ title: basename(uri.fsPath), contract: checkpointContract, channel },
        onMessage: (message: Message) => this.receive(message),
        onReady: () => this.show(),
      }),
    )
    this.track(checkouts.onDidChange(() => this.tellNotices()))
    this.track(workspace.onDidGrantWorkspaceTrust(() => this.preview.unlock()))
    this.track(panel.onDidDispose(() => this.dispose()))
    if (uri.scheme === 'file') this.watch()
  }

  /** Brings the preview to the front. */
  showPreview(): void {
    this.wantsPreview = true
    this.panel.reveal()
    this.post({ type: 'showPreview' })
  }

  private post(message: Sent): void {
    this.page.post(message)
  }

  private async receive(message: Message): Promise<void> {
    if (message.type === 'reload') {
      this.read = undefined
      await this.show()
    } else await this.preview.receive(message)
  }

  /** Shows the file as it was read; reads it first, and again when it is not as it was. */
  private async show(): Promise<void> {
    const { context } = this.options
    const { fsPath, scheme } = this.uri
    if (scheme !== 'file') {
      this.post({ type: 'content', content: collectRemote(this.uri.toString()) })
      return
    }
    const stamp = await stampOf(fsPath)
    if (this.read?.stamp !== stamp) {
      // Both take a moment, and what is shown depends on both.
      const reading = [this.readFile(), aimAt(fsPath), context.checkouts.search()] as const
      const [read, aim] = await Promise.all(reading)
      this.read = { stamp, aim, ...read }
    }
    const { view, aim, error } = this.read
    const data = view && this.preview.data(view, stamp, aim)
    const content = view
      ? collectContent(fsPath, view, this.checkout, data)
      : collectFailure(fsPath, error)
    this.post({ type: 'content', content })
    this.preview.repeat()
    if (this.wantsPreview) this.post({ type: 'showPreview' })
    this.wantsPreview = false
  }

  private get checkout(): Detection | undefined {
    return checkoutFor(this.uri.fsPath, this.options.context.checkouts)
  }

  private async readFile(): Promise<Pick<Read, 'view' | 'error'>> {
    try {
      return { view: await readView(this.options.context, this.uri.fsPath), error: undefined }
    } catch (error) {
      return { view: undefined, error }
    }
  }

  private tellNotices(): void {
    const view = this.read?.view
    if (!view) return
    const notices = collectNotices(view, this.checkout)
    this.post({ type: 'notices', notices })
  }

  private watch(): void {
    const { fsPath } = this.uri
    const pattern = new RelativePattern(Uri.file(dirname(fsPath)), basename(fsPath))
    const watcher = this.track(workspace.createFileSystemWatcher(pattern))
    const changed = () => void this.tellStale(l10n.t('The file has changed on disk.'))
    this.track(watcher.onDidChange(changed))
    this.track(watcher.onDidCreate(changed))
    this.track(watcher.onDidDelete(() => void this.tellStale(l10n.t('The file is gone.'))))
  }

  private async tellStale(text: string): Promise<void> {
    const { read } = this
    if (read && (await stampOf(this.uri.fsPath)) !== read.stamp) this.post({ type: 'stale', text })
  }
}
