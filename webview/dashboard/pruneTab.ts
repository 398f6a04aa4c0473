import * as l10n from '@vscode/l10n'
import { initialOptions } from '../../src/extension/preview/arguments'
import type { PreviewToPage } from '../../src/extension/preview/contract'
import { button, dropdown } from '../common/controls'
import { element } from '../common/element'
import { type MountedPreview, mountPreview } from '../preview/mount'
import type { PageContext, TabPart } from './context'
import type { RunModel } from './model'

/** A slider that is dragged changes the options with every frame; keeping them sends a message. */
const keepAfterMs = 250

/** What a run's checkpoint would become: the prune preview, of the run that is chosen. */
export class PruneTab implements TabPart {
  readonly root: HTMLElement
  private readonly runHost = element('span')
  private readonly note = element('p', { class: 'muted', role: 'status' })
  private readonly again: HTMLElement
  private readonly pane = element('div')
  private mounted: { readonly path: string; readonly preview: MountedPreview } | undefined
  private runDir: string | undefined
  private asked: string | undefined
  private offered = ''
  private keeping: number | undefined

  constructor(private readonly context: PageContext) {
    this.again = button(l10n.t('Read again'), () => this.ask(this.runDir), {
      title: l10n.t('Training goes on: read the checkpoint as it is now'),
    })
    this.root = element(
      'div',
      {},
      element('div', { class: 'row controls' }, this.runHost, this.again),
      ...[this.note, this.pane],
    )
  }

  draw(): void {
    const having = this.context.model.runs.filter(({ view }) => view.checkpoint)
    const run = chosen(having, this.runDir)
    for (const part of [this.runHost, this.again, this.pane]) part.hidden = !run
    if (!run) {
      this.note.textContent = l10n.t('No run of these has written a checkpoint yet.')
      return
    }
    const { runDir } = run.view
    const offered = JSON.stringify([runDir, having.map(({ view }) => view.runDir)])
    if (offered !== this.offered) {
      this.offered = offered
      const names = having.map(({ view }) => ({ value: view.runDir, label: view.name }))
      const choose = (other: string): void => {
        this.runDir = other
        this.draw()
      }
      this.runHost.replaceChildren(dropdown(l10n.t('Run'), names, runDir, choose))
    }
    if (this.asked !== runDir) this.ask(runDir)
  }

  /** The checkpoint that was asked for has been read, or can not be. */
  take(message: Extract<Parameters<PageContext['model']['take']>[0], { type: 'preview' }>): void {
    if (message.runDir !== this.asked) return
    this.mounted?.preview.dispose()
    this.mounted = undefined
    this.note.textContent = message.reason
    const { data } = message
    if (!data) return
    const { host, settings } = this.context
    const { path } = data
    const options = {
      ...initialOptions(data.output),
      ...settings.value.preview,
      output: data.output,
    }
    const preview = mountPreview(this.pane, data, options, {
      onChange: (changed) => {
        clearTimeout(this.keeping)
        this.keeping = window.setTimeout(() => settings.change({ preview: changed }), keepAfterMs)
      },
      onNorms: () => host.post({ type: 'previewNorms', path }),
      onPrune: (wanted) => host.post({ type: 'previewPrune', path, options: wanted }),
      onCopy: (text) => host.post({ type: 'previewCopy', text }),
      onOpen: (output) => host.post({ type: 'previewOpen', path, output }),
      onFinetune: (output) => host.post({ type: 'previewFinetune', path, output }),
    })
    this.mounted = { path, preview }
  }

  /** What the host's half of the preview says to its page. */
  takePreview(message: PreviewToPage): void {
    if (message.path !== this.mounted?.path) return
    const { preview } = this.mounted
    if (message.type === 'previewNorms') preview.setNorms(message.norms)
    else if (message.type === 'previewState') preview.setState(message.state)
    else preview.setLocked(message.locked)
  }

  private ask(runDir: string | undefined): void {
    if (runDir === undefined) return
    this.runDir = runDir
    this.asked = runDir
    this.note.textContent = l10n.t('Reading the checkpoint…')
    this.context.host.post({ type: 'preview', runDir })
  }
}

/** The run that was chosen, else the latest sparse one that is asked for, else any. */
function chosen(having: readonly RunModel[], runDir: string | undefined): RunModel | undefined {
  const own = having.filter(({ view }) => !view.ancestor)
  const sparse = own.findLast(({ view }) => view.stage === 'sparse')
  return having.find(({ view }) => view.runDir === runDir) ?? sparse ?? own.at(-1) ?? having.at(-1)
}
