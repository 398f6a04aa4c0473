import * as l10n from '@vscode/l10n'
import type { RunView } from '../../src/extension/dashboard/contract'
import { button } from '../common/controls'
import { arrange, element } from '../common/element'
import type { PageContext } from './context'

type Failure = NonNullable<RunView['failure']>

/** What is said of a run that went wrong, and what is offered, each made anew only when it is something else. */
type Banner = { readonly root: HTMLElement; readonly said: string; offered: string }

/**
 * What went wrong with the runs and what to do, and what they warned of. A screen reader reads an alert again whenever
 * anything in it is made anew, and lists close: what happens to one run leaves what is said of others as it is.
 */
export class Notices {
  readonly root = element('section', { 'aria-label': l10n.t('Failures and warnings') })
  private readonly banners = new Map<string, Banner>()
  private readonly warned = element('summary', { class: 'warning' })
  private readonly list = element('ul')
  private readonly warnings = element('details', { class: 'warnings' }, this.warned, this.list)
  private listed = ''

  constructor(private readonly context: PageContext) {}

  draw(): void {
    const views = this.context.model.runs.map(({ view }) => view)
    const banners = views.flatMap((view) => this.banner(view) ?? [])
    for (const [runDir, { root }] of this.banners) {
      if (!banners.includes(root)) this.banners.delete(runDir)
    }
    const any = this.fillWarnings(views)
    arrange(this.root, any ? [...banners, this.warnings] : banners)
  }

  private banner(view: RunView): HTMLElement | undefined {
    const { runDir, state, failure, actions } = view
    if (!failure && state !== 'interrupted') return undefined
    const said = JSON.stringify([title(view), failure ?? interruption(view)])
    const offered = JSON.stringify(actions)
    const old = this.banners.get(runDir)
    if (old?.said !== said) {
      const root = failure ? failureBanner(view, failure) : interruptionBanner(view)
      root.append(this.actions(view))
      this.banners.set(runDir, { root, said, offered })
      return root
    }
    if (old.offered !== offered) old.root.lastElementChild?.replaceWith(this.actions(view))
    old.offered = offered
    return old.root
  }

  private actions({ runDir, actions }: RunView): HTMLElement {
    const { host } = this.context
    const act = (name: 'retry' | 'resume' | 'showLog' | 'openRunFolder', text: string) =>
      button(text, () => host.post({ type: 'command', name, runDir }))
    const texts = { resume: l10n.t('Resume'), retry: l10n.t('Retry') }
    return element(
      'div',
      { class: 'row' },
      ...actions.map((action) => act(action, texts[action])),
      act('showLog', l10n.t('Show log')),
      act('openRunFolder', l10n.t('Open folder')),
    )
  }

  /** @returns whether there are any */
  private fillWarnings(views: readonly RunView[]): boolean {
    const all = views.flatMap(({ name, warnings }) => warnings.map((one) => ({ name, ...one })))
    const listed = JSON.stringify(all)
    if (listed !== this.listed) {
      this.listed = listed
      this.warned.textContent = l10n.t('Warnings: {0}', all.length)
      this.list.replaceChildren(...all.map(warningItem))
    }
    return all.length > 0
  }
}

function title({ name, state }: RunView): string {
  return state === 'interrupted'
    ? l10n.t('{0} was interrupted', name)
    : l10n.t('{0} has failed', name)
}

function failureBanner(view: RunView, { code, text, remedy, stderr }: Failure): HTMLElement {
  return element(
    'div',
    { class: 'banner error' },
    element(
      'div',
      { role: 'alert' },
      ...[element('strong', {}, title(view)), element('code', {}, code)],
      ...[element('p', {}, text), element('p', {}, remedy)],
    ),
    stderr
      ? element(
          'details',
          {},
          element('summary', {}, l10n.t('Its last lines')),
          element('pre', {}, stderr),
        )
      : undefined,
  )
}

function interruptionBanner(view: RunView): HTMLElement {
  return element(
    'div',
    { class: 'banner warning' },
    element(
      'div',
      { role: 'alert' },
      ...[element('strong', {}, title(view)), element('p', {}, interruption(view))],
    ),
  )
}

/** A run that never said how it ended, and what there is to do. */
function interruption({ actions }: RunView): string {
  if (actions.includes('resume')) {
    return l10n.t(
      'Its process is gone and never said how it ended. Resume it from its last checkpoint.',
    )
  }
  return actions.includes('retry')
    ? l10n.t('Its process is gone and never said how it ended. Retry starts it anew.')
    : l10n.t('Its process is gone and never said how it ended.')
}

function warningItem({ name, code, text }: Record<'name' | 'code' | 'text', string>): HTMLElement {
  return element(
    'li',
    {},
    ...[element('span', { class: 'muted' }, `${name}: `), text, ' ', element('code', {}, code)],
  )
}
