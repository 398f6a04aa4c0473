import * as l10n from '@vscode/l10n'
import type { Problem } from '../../src/core/slimming/preview'
import { element } from '../common/element'

type Warning = { readonly code: string; readonly text: string }

/** A model with a fault has it in many layers; a few of a kind say as much as all of them. */
const shownOfKind = 3

/** Warnings of a plan as list items, of many with the same code only the first. */
export function warningItems(warnings: readonly Warning[]): readonly Warning[] {
  const kinds = new Map<string, Warning[]>()
  for (const warning of warnings) {
    const kind = kinds.get(warning.code)
    if (kind) kind.push(warning)
    else kinds.set(warning.code, [warning])
  }
  return [...kinds.values()].flatMap((kind) => {
    if (kind.length <= shownOfKind + 1) return kind
    const [{ code } = { code: '' }] = kind
    const more = l10n.t('… and {0} more of this kind', kind.length - shownOfKind)
    return [...kind.slice(0, shownOfKind), { code, text: more }]
  })
}

/** What is wrong where there is no plan, in words. */
export function problemText({ text, remedy }: Problem): string {
  return `${text}. ${remedy}`
}

/** The list of warnings; a tick that changes nothing leaves it alone. */
export class Warnings {
  readonly root = element('ul', { class: 'warnings', 'aria-label': l10n.t('Warnings') })
  private shown = ''

  show(warnings: readonly Warning[]): void {
    const items = warningItems(warnings)
    const key = JSON.stringify(items)
    if (key === this.shown) return
    this.shown = key
    this.root.replaceChildren(
      ...items.map(({ code, text }) =>
        element('li', {}, element('span', { class: 'warning' }, code), ` ${text}`),
      ),
    )
  }

  showProblem(problem: Problem): void {
    const { code } = problem
    this.shown = code
    const head = element('span', { class: 'error' }, code)
    this.root.replaceChildren(element('li', {}, head, ` ${problemText(problem)}`))
  }
}
