import * as l10n from '@vscode/l10n'
import { button } from '../common/controls'
import { element } from '../common/element'
import type { PageContext } from './context'
import type { RunModel } from './model'

/** Whether sr fits the run, with the numbers, and the way to train again with one that does. */
export class AdviceCard {
  readonly root = element('section', {
    class: 'card',
    role: 'status',
    'aria-label': l10n.t('Advice on sr'),
  })
  private shown = ''

  constructor(private readonly context: PageContext) {}

  draw(run: RunModel | undefined): void {
    const advice = run?.advice
    const text = JSON.stringify([run?.view.runDir, advice])
    if (text === this.shown) return
    this.shown = text
    this.root.hidden = !advice
    if (!run || !advice) return
    const { verdict, headline, facts, suggested } = advice
    this.root.className = `card ${verdict}`
    this.root.replaceChildren(
      element('h2', {}, headline),
      element('p', {}, advice.text),
      element(
        'dl',
        {},
        ...facts.flatMap(({ label, value }) => [
          element('div', {}, element('dt', {}, label), element('dd', {}, value)),
        ]),
      ),
      ...(suggested === null ? [] : [this.restart(run.view.runDir, suggested)]),
    )
  }

  private restart(runDir: string, sr: number): HTMLElement {
    const again = (): void => this.context.host.post({ type: 'restart', runDir, sr })
    return button(l10n.t('Restart with sr {0}…', sr), again, { primary: true })
  }
}
