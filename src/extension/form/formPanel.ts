import * as l10n from '@vscode/l10n'
import {
  commands,
  env,
  type LogOutputChannel,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
} from 'vscode'
import { Debouncer } from '../common/debounce'
import { DisposableList } from '../common/disposable'
import { commandIds, panelIds } from '../contributions'
import { writeError } from '../log'
import type { ToHost } from '../webview/contract'
import { Page } from '../webview/page'
import { type FormContract, type FormState, formContract } from './contract'
import { fixOf } from './fixes'
import { type FormOrder, FormSession, type FormSources } from './session'

type FormMessage = Exclude<ToHost<FormContract>, { readonly type: 'ready' | 'save' | 'trouble' }>

/** Typing settles before files are looked at. */
const settleMs = 300

export type FormPanelOptions = {
  readonly extensionUri: Uri
  readonly channel: LogOutputChannel
  readonly sources: FormSources
  /** Starts what the form stands for, and shows it. */
  readonly start: (order: FormOrder) => Promise<void>
}

/** The form in a panel. */
export class FormPanel extends DisposableList {
  readonly session: FormSession
  private readonly page: Page<FormContract>
  private readonly debouncer = this.track(new Debouncer<'edit'>(settleMs))
  private starting = false
  private readonly onError = (error: unknown) => writeError(this.options.channel, error)

  constructor(
    readonly panel: WebviewPanel,
    private readonly options: FormPanelOptions,
  ) {
    super()
    const { extensionUri, channel, sources } = options
    this.session = new FormSession(sources, (message) => {
      if (message.type === 'form') this.panel.title = message.title
      this.page.post(message)
    })
    this.page = this.track(
      new Page({
        ...{ webview: panel.webview, extensionUri, name: 'form', title: panel.title },
        ...{ contract: formContract, channel },
        onMessage: (message: FormMessage) => this.receive(message),
        onReady: () => {
          if (this.starting) this.page.post({ type: 'busy', busy: true })
          return this.session.repeat()
        },
      }),
    )
    this.track(
      panel.onDidChangeViewState(() => {
        // The person comes back, perhaps from mending a file.
        if (panel.active) this.session.recheck().catch(this.onError)
      }),
    )
    this.track(panel.onDidDispose(() => this.dispose()))
  }

  static create(options: FormPanelOptions): FormPanel {
    const title = l10n.t('Start a stage')
    return new FormPanel(
      window.createWebviewPanel(panelIds.form, title, ViewColumn.Active, {}),
      options,
    )
  }

  private async receive(message: FormMessage): Promise<void> {
    switch (message.type) {
      case 'edit':
        this.session.edit(message.state)
        this.debouncer.run('edit', () => {
          this.session.report(message.number, message.state).catch(this.onError)
        })
        return
      case 'change':
        this.debouncer.cancel('edit')
        return this.session.change(message.what, message.state)
      case 'reset':
        this.debouncer.cancel('edit')
        return this.session.reset(message.state)
      case 'browse':
        return this.browse(message.field, message.state)
      case 'copy':
        return env.clipboard.writeText(message.text)
      case 'start':
        return this.start(message.number, message.state)
      case 'fix': {
        const fix = fixOf(message.code)
        if (!fix) return
        await commands.executeCommand(commandIds[fix.command])
        return this.session.refresh()
      }
    }
  }

  private async browse(key: string, { root }: FormState): Promise<void> {
    const field = this.session.field(key)
    if (field?.control.kind !== 'file') return
    const [file] =
      (await window.showOpenDialog({
        title: field.hint,
        defaultUri: Uri.file(root),
        filters: { [field.label]: [...field.control.endings] },
      })) ?? []
    if (file)
      this.page.post({ type: 'value', field: key, value: this.session.written(file.fsPath) })
  }

  private async start(number: number, state: FormState): Promise<void> {
    if (this.starting) return
    this.starting = true
    this.debouncer.cancel('edit')
    this.page.post({ type: 'busy', busy: true })
    try {
      const order = await this.session.order(number, state)
      if (order) await this.options.start(order)
    } finally {
      this.starting = false
      this.page.post({ type: 'busy', busy: false })
    }
  }
}
