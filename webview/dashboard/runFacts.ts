import * as l10n from '@vscode/l10n'
import type { RunView } from '../../src/extension/dashboard/contract'
import { element } from '../common/element'

/** A run's name, which opens what there is no column for: what it ran on and with, and how long. */
export class RunFacts {
  readonly root: HTMLDetailsElement
  private readonly list = element('dl', { class: 'run-facts' })
  private view: RunView | undefined
  private shown = ''

  constructor(...name: readonly HTMLElement[]) {
    const summary = element('summary', {}, ...name)
    this.root = element('details', { ontoggle: () => this.fill() }, summary, this.list)
  }

  draw(view: RunView): void {
    this.view = view
    this.fill()
  }

  /** Only where it is seen, and has changed: what somebody reads or selects stays. */
  private fill(): void {
    if (!this.root.open || !this.view) return
    const facts = collectRunFacts(this.view)
    const shown = JSON.stringify(facts)
    if (shown === this.shown) return
    this.shown = shown
    this.list.replaceChildren(
      ...facts.flatMap(({ label, value }) => [element('dt', {}, label), element('dd', {}, value)]),
    )
  }
}

/** The same for who points at the row. */
export function runTooltip(view: RunView): string {
  return collectRunFacts(view)
    .map(({ label, value }) => `${label}: ${value}`)
    .join('\n')
}

function collectRunFacts({ runDir, commandLine, facts }: RunView): RunView['facts'] {
  return [
    ...facts,
    { label: l10n.t('Folder'), value: runDir },
    { label: l10n.t('Command line'), value: commandLine },
  ]
}
