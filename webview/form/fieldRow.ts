import * as l10n from '@vscode/l10n'
import type { FieldView } from '../../src/extension/form/contract'
import { combobox } from '../common/combobox'
import { button, checkbox, dropdown } from '../common/controls'
import { element } from '../common/element'
import type { ReportedFinding } from './report'

/** One field of the form: its control, and what is said beside it. */
export type FieldRow = {
  readonly key: string
  readonly node: HTMLElement
  readonly show: (findings: readonly ReportedFinding[]) => void
  readonly set: (value: string) => void
}

export type FieldActions = {
  readonly edit: (key: string, value: string) => void
  readonly browse: (key: string) => void
  readonly fix: (code: string) => void
}

export function fieldRow(field: FieldView, value: string, actions: FieldActions): FieldRow {
  const { key, label, hint } = field
  const said = element('div', { id: `said-${key}`, class: 'said', 'aria-live': 'polite' })
  const { control, set } = controlOf(field, value, actions)
  const head = element('label', { class: 'name', for: `field-${key}` }, label)
  const isSwitch = field.control === 'switch'
  const node = element(
    'div',
    { class: isSwitch ? 'field switch' : 'field' },
    isSwitch ? undefined : head,
    control,
    element('div', { class: 'hint muted', id: `hint-${key}` }, hint),
    said,
  )
  let shown = '[]'
  const show = (findings: readonly ReportedFinding[]) => {
    const key = JSON.stringify(findings)
    // What is written anew is read out anew, though another field was typed in; and its links lose the focus.
    if (key === shown) return
    shown = key
    const worst = ['error', 'warning'].find((one) => findings.some((f) => f.severity === one))
    node.dataset.state = worst ?? ''
    said.replaceChildren(...findings.map((finding) => findingNode(finding, actions)))
  }
  return { key, node, show, set }
}

function controlOf(
  field: FieldView,
  value: string,
  { edit, browse }: FieldActions,
): { readonly control: HTMLElement; readonly set: (value: string) => void } {
  const { key, label, choices, empty } = field
  const id = `field-${key}`
  const change = (next: string) => edit(key, next)
  if (field.control === 'switch') {
    const control = checkbox(label, value === 'true', (on) => change(on ? 'true' : ''), { id })
    return { control, set: () => undefined }
  }
  if (field.control === 'choice') {
    const known = choices.map((one) => ({ ...one, label: one.label || one.value || empty }))
    return { control: dropdown(label, known, value, change, { id }), set: () => undefined }
  }
  const { node, input } = combobox(label, value, choices, change, {
    ...{ id, placeholder: empty, 'aria-describedby': `hint-${key} said-${key}` },
  })
  const set = (next: string) => {
    input.value = next
    change(next)
  }
  if (field.control !== 'file') return { control: node, set }
  const title = l10n.t('Browse for {0}', label)
  const browser = button(l10n.t('Browse…'), () => browse(key), { title })
  return { control: element('div', { class: 'file' }, node, browser), set }
}

/** Severity as a word too: colours alone tell nothing to some. */
function findingNode(
  { severity, text, code, fix }: ReportedFinding,
  actions: FieldActions,
): HTMLElement {
  const words = {
    error: l10n.t('Error:'),
    warning: l10n.t('Warning:'),
    information: '',
  }
  const mend =
    fix === ''
      ? undefined
      : element('a', { href: '#', onclick: click(() => actions.fix(code)) }, fix)
  const shown = severity !== 'information'
  return element(
    'p',
    { class: `finding ${severity}` },
    shown ? element('strong', {}, words[severity]) : undefined,
    shown ? ' ' : undefined,
    text,
    shown ? ' ' : undefined,
    shown ? element('code', { class: 'code' }, code) : undefined,
    mend ? ' ' : undefined,
    mend,
  )
}

function click(action: () => void): (event: Event) => void {
  return (event) => {
    event.preventDefault()
    action()
  }
}
