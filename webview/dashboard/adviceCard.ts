import * as l10n from '@vscode/l10n'
import { button } from '../common/controls'
import { element } from '../common/element'
import type { PageContext } from './context'
import type { RunModel } from './model'

/**
 * Whether sr fits the run, with the numbers, and the way to train again with one that does. The numbers are others after
 * each epoch: a screen reader tells the headline only, and the button stays in focus.
 */
export class AdviceCard {
  readonly root: HTMLElement
  private readonly headline = element('span', { role: 'status' })
  private readonly text = element('p')
  private readonly facts = element('dl')
  private readonly again: HTMLElement
  private offered: { readonly runDir: string; readonly sr: number } | undefined
  private shown = ''

  constructor({ host }: PageContext) {
    const again = (): void => {
      if (this.offered) host.post({ type: 'restart', ...this.offered })
    }
    this.again = button('', again, { primary: true })
    this.root = element(
      'section',
      { class: 'card', 'aria-label': l10n.t('Advice on sr') },
      ...[element('h2', {}, this.headline), this.text, this.facts, this.again],
    )
  }

  draw(run: RunModel | undefined): void {
    const advice = run?.advice
    const shown = JSON.stringify([run?.view.runDir, advice])
    if (shown === this.shown) return
    this.shown = shown
    this.root.hidden = !advice
    if (!run || !advice) return
    const { verdict, headline, text, facts, suggested } = advice
    this.root.className = `card ${verdict}`
    if (this.headline.textContent !== headline) this.headline.textContent = headline
    this.text.textContent = text
    this.facts.replaceChildren(
      ...facts.map(({ label, value }) =>
        element('div', {}, element('dt', {}, label), element('dd', {}, value)),
      ),
    )
    this.offered = suggested === null ? undefined : { runDir: run.view.runDir, sr: suggested }
    this.again.hidden = suggested === null
    this.again.textContent = suggested === null ? '' : l10n.t('Restart with sr {0}…', suggested)
  }
}
