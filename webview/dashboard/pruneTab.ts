import * as l10n from '@vscode/l10n'
import type { DashboardState } from '../../src/extension/dashboard/contract'
import { keptOptions } from '../../src/extension/preview/arguments'
import type { PreviewToPage } from '../../src/extension/preview/contract'
import { button } from '../common/controls'
import { element } from '../common/element'
import { type MountedPreview, mountPreview } from '../preview/mount'
import { Choice } from './choice'
import type { PageContext, TabPart } from './context'
import type { RunModel } from './model'

/** A slider that is dragged changes the options with every frame; keeping them sends a message. */
const keepAfterMs = 250

/** What a run's checkpoint would become: the prune preview, of the run that is chosen. */
export class PruneTab implements TabPart {
  readonly root: HTMLElement
  private readonly runs: Choice
  private readonly note = element('p', { class: 'muted', role: 'status' })
  private readonly again: HTMLElement
  private readonly pane = element('div')
  private mounted: { readonly path: string; readonly preview: MountedPreview } | undefined
  private asked: string | undefined
  private keeping: number | undefined
  private unkept: (() => void) | undefined

  constructor(private readonly context: PageContext) {
    this.runs = new Choice(l10n.t('Run'), (runDir) => {
      context.settings.change({ prune: { runDir } })
      this.draw()
    })
    this.again = button(l10n.t('Read again'), () => this.ask(this.asked), {
      title: l10n.t('Training goes on: read the checkpoint as it is now'),
    })
    this.root = element(
      'div',
      {},
      element('div', { class: 'row controls' }, this.runs.root, this.again),
      ...[this.note, this.pane],
    )
  }

  draw(): void {
    const having = this.context.model.runs.filter(({ view }) => view.checkpoint)
    const run = chosen(having, this.context.settings.value.prune?.runDir, this.asked)
    for (const part of [this.runs.root, this.again, this.pane]) part.hidden = !run
    if (!run) {
      this.note.textContent = l10n.t('No run of these has written a checkpoint yet.')
      return
    }
    const { runDir } = run.view
    this.runs.draw(
      having.map(({ view }) => ({ value: view.runDir, label: view.name })),
      runDir,
    )
    if (this.asked !== runDir) this.ask(runDir)
  }

  /** The checkpoint that was asked for has been read, or can not be. */
  take(message: Extract<Parameters<PageContext['model']['take']>[0], { type: 'preview' }>): void {
    if (message.runDir !== this.asked) return
    this.unmount()
    this.note.textContent = message.reason
    const { data, runDir } = message
    if (!data) return
    const { host, settings } = this.context
    const { path } = data
    const kept = settings.value.previews[runDir] ?? {}
    const preview = mountPreview(this.pane, data, keptOptions(data, kept), {
      onChange: (options) => this.keep(runDir, { options, offered: data.output }),
      onNorms: () => host.post({ type: 'previewNorms', path }),
      onPrune: (wanted) => {
        host.post({ type: 'keep' })
        host.post({ type: 'previewPrune', path, options: wanted })
      },
      onCopy: (text) => host.post({ type: 'previewCopy', text }),
      onOpen: (output) => host.post({ type: 'previewOpen', path, output }),
      onFinetune: (output) => host.post({ type: 'previewFinetune', path, output }),
      onSave: this.context.save,
    })
    this.mounted = { path, preview }
  }

  /** The preview goes at once: until the next checkpoint has been read, its button would prune the last one. */
  turn(): void {
    this.unmount()
    this.asked = undefined
  }

  /** The folder of a run is about to have another name, below which its checkpoint is then read. */
  move(from: string): void {
    this.keepNow()
    if (this.asked === from) this.turn()
  }

  /** What the host's half of the preview says to its page. */
  takePreview(message: PreviewToPage): void {
    if (message.path !== this.mounted?.path) return
    const { preview } = this.mounted
    if (message.type === 'previewNorms') preview.setNorms(message.norms)
    else if (message.type === 'previewState') preview.setState(message.state)
    else preview.setLocked(message.locked)
  }

  private keep(runDir: string, options: DashboardState['previews'][string]): void {
    const { settings } = this.context
    clearTimeout(this.keeping)
    this.unkept = () =>
      settings.change({ previews: { ...settings.value.previews, [runDir]: options } })
    this.keeping = window.setTimeout(() => this.keepNow(), keepAfterMs)
  }

  private keepNow(): void {
    clearTimeout(this.keeping)
    this.unkept?.()
    this.unkept = undefined
  }

  private unmount(): void {
    this.keepNow()
    this.mounted?.preview.dispose()
    this.mounted = undefined
  }

  private ask(runDir: string | undefined): void {
    if (runDir === undefined) return
    if (runDir !== this.asked) this.unmount()
    this.asked = runDir
    this.note.textContent = l10n.t('Reading the checkpoint…')
    this.context.host.post({ type: 'preview', runDir })
  }
}

/** The run that was chosen, else the one that is shown, else the latest sparse one that is asked for, else any. */
function chosen(
  having: readonly RunModel[],
  kept: string | undefined,
  shown: string | undefined,
): RunModel | undefined {
  const find = (runDir: string | undefined) => having.find(({ view }) => view.runDir === runDir)
  const own = having.filter(({ view }) => !view.ancestor)
  const sparse = own.findLast(({ view }) => view.stage === 'sparse')
  return find(kept) ?? find(shown) ?? sparse ?? own.at(-1) ?? having.at(-1)
}
