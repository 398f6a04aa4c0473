import * as l10n from '@vscode/l10n'
import type { RunView } from '../../src/extension/dashboard/contract'
import { button } from '../common/controls'
import { element } from '../common/element'
import type { PageContext } from './context'

/** What went wrong with the runs and what to do, and what they warned of. */
export class Notices {
  readonly root = element('section', { 'aria-label': l10n.t('Failures and warnings') })
  private shown = ''

  constructor(private readonly context: PageContext) {}

  draw(): void {
    const views = this.context.model.runs.map(({ view }) => view)
    const text = JSON.stringify(
      views.map(({ name, state, failure, warnings }) => [name, state, failure, warnings]),
    )
    // Made anew only when they change: a screen reader reads an alert each time.
    if (text === this.shown) return
    this.shown = text
    this.root.replaceChildren(
      ...views
        .flatMap((view) => [this.failure(view), this.interruption(view)])
        .filter((made) => made !== undefined),
      ...warnings(views),
    )
  }

  private failure(view: RunView): HTMLElement | undefined {
    const { name, state, failure } = view
    if (!failure) return undefined
    const { code, text, remedy, stderr } = failure
    return element(
      'div',
      { class: 'banner error', role: 'alert' },
      element(
        'strong',
        {},
        state === 'interrupted'
          ? l10n.t('{0} was interrupted', name)
          : l10n.t('{0} has failed', name),
      ),
      element('code', {}, code),
      element('p', {}, text),
      element('p', {}, remedy),
      stderr
        ? element(
            'details',
            {},
            element('summary', {}, l10n.t('Its last lines')),
            element('pre', {}, stderr),
          )
        : undefined,
      this.actions(view),
    )
  }

  private interruption(view: RunView): HTMLElement | undefined {
    if (view.state !== 'interrupted' || view.failure) return undefined
    return element(
      'div',
      { class: 'banner warning', role: 'alert' },
      element('strong', {}, l10n.t('{0} was interrupted', view.name)),
      element(
        'p',
        {},
        l10n.t(
          'Its process is gone and never said how it ended. Resume it from its last checkpoint.',
        ),
      ),
      this.actions(view),
    )
  }

  private actions({ runDir, state }: RunView): HTMLElement {
    const { host } = this.context
    const act = (name: 'retry' | 'resume' | 'showLog' | 'openRunFolder', text: string) =>
      button(text, () => host.post({ type: 'command', name, runDir }))
    return element(
      'div',
      { class: 'row' },
      state === 'interrupted' ? act('resume', l10n.t('Resume')) : act('retry', l10n.t('Retry')),
      act('showLog', l10n.t('Show log')),
      act('openRunFolder', l10n.t('Open folder')),
    )
  }
}

function warnings(views: readonly RunView[]): HTMLElement[] {
  const items = views.flatMap(({ name, warnings: list }) =>
    list.map(({ code, text }) =>
      element(
        'li',
        {},
        element('span', { class: 'muted' }, `${name}: `),
        text,
        ' ',
        element('code', {}, code),
      ),
    ),
  )
  if (items.length === 0) return []
  return [
    element(
      'details',
      { class: 'warnings' },
      element('summary', { class: 'warning' }, l10n.t('Warnings: {0}', items.length)),
      element('ul', {}, ...items),
    ),
  ]
}
