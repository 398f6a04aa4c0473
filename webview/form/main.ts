import './page.css'
import * as l10n from '@vscode/l10n'
import { type FormContract, type FormState, formContract } from '../../src/extension/form/contract'
import { button, dropdown, registerControls } from '../common/controls'
import { element } from '../common/element'
import { connect, type Host } from '../common/host'
import { type FieldRow, fieldRow } from './fieldRow'
import {
  byField,
  count,
  type FormMessage,
  type ReportedFinding,
  type ReportMessage,
} from './report'

/** The form of a stage: shows fields, sends what is typed, shows what the host finds. */
class FormPage {
  private state: FormState | undefined
  private rows: readonly FieldRow[] = []
  private number = 0
  private command = ''
  private errors = 0
  private busy = false
  private openAdvanced = false
  private readonly general = element('div', { class: 'said', 'aria-live': 'polite' })
  private readonly line = element('code', {})
  private readonly status = element('span', { role: 'status', class: 'muted' })
  private startButton: HTMLElement | undefined

  constructor(private readonly host: Host<FormContract>) {}

  show(message: FormMessage): void {
    const { state, fields } = message
    this.keep(state)
    this.number = 0
    this.rows = fields.map((field) =>
      fieldRow(field, state.values[field.key] ?? '', {
        edit: (key, value) => this.edit(key, value),
        browse: (key) =>
          this.with((now) => this.host.post({ type: 'browse', field: key, state: now })),
        fix: (code) => this.host.post({ type: 'fix', code }),
      }),
    )
    const rowsOf = (advanced: boolean) =>
      this.rows.filter((_, i) => fields[i]?.advanced === advanced).map(({ node }) => node)
    const advanced = rowsOf(true)
    const focused = document.activeElement?.id ?? ''
    document.body.replaceChildren(
      element('h1', {}, message.title),
      element('p', { class: 'muted' }, message.place),
      this.top(message),
      this.general,
      element('div', { class: 'fields' }, ...rowsOf(false)),
      ...(advanced.length > 0 ? [this.advanced(advanced)] : []),
      this.commandBlock(),
      this.footer(message),
    )
    // Arrow keys change a drop-down with each press: the next one shall find it again.
    if (focused !== '') document.getElementById(focused)?.focus()
  }

  report({ number, findings, command }: ReportMessage): void {
    // Of what was typed before; what was typed since will be answered too.
    if (number !== this.number) return
    this.command = command
    this.line.textContent = command
    const grouped = byField(
      findings,
      this.rows.map(({ key }) => key),
    )
    for (const row of this.rows) row.show(grouped.get(row.key) ?? [])
    this.showGeneral(grouped.get('') ?? [])
    this.errors = count(findings, 'error')
    const warnings = count(findings, 'warning')
    const parts = [
      ...(this.errors > 0 ? [l10n.t('{0} error(s) to correct', this.errors)] : []),
      ...(warnings > 0 ? [l10n.t('{0} warning(s)', warnings)] : []),
    ]
    const text = parts.join(' · ')
    if (this.status.textContent !== text) this.status.textContent = text
    this.renderStart()
  }

  private showGeneral(findings: readonly ReportedFinding[]): void {
    const made = element(
      'div',
      {},
      ...findings.map(({ text, severity }) => element('p', { class: severity }, text)),
    )
    if (made.innerHTML !== this.general.innerHTML) this.general.replaceChildren(...made.childNodes)
  }

  set(key: string, value: string): void {
    this.rows.find((row) => row.key === key)?.set(value)
  }

  setBusy(busy: boolean): void {
    this.busy = busy
    if (busy) this.status.textContent = l10n.t('Preparing…')
    this.renderStart()
  }

  private top({ stages, parents, state }: FormMessage): HTMLElement {
    const choice = (what: 'stage' | 'parent', label: string, options: FormMessage['stages']) => {
      // Not what is shown: the answer to an earlier choice may be on its way.
      let asked: string = state[what]
      const change = (value: string) => {
        if (value === asked) return
        asked = value
        this.with((now) => {
          const changed = { ...now, [what]: value } as FormState
          this.host.post({ type: 'change', what, state: changed })
        })
      }
      return labelled(label, dropdown(label, options, state[what], change, { id: what }))
    }
    return element(
      'div',
      { class: 'row top' },
      choice('stage', l10n.t('Stage'), stages),
      parents.length === 0 ? undefined : choice('parent', l10n.t('Go on from run'), parents),
    )
  }

  private advanced(nodes: readonly HTMLElement[]): HTMLElement {
    const made = element(
      'details',
      { open: this.openAdvanced },
      element('summary', {}, l10n.t('Advanced')),
      element('div', { class: 'fields' }, ...nodes),
    )
    made.addEventListener('toggle', () => {
      this.openAdvanced = made.open
    })
    return made
  }

  private commandBlock(): HTMLElement {
    const copy = () => this.host.post({ type: 'copy', text: this.command })
    return element(
      'section',
      { class: 'command' },
      element('h2', {}, l10n.t('Command line')),
      element(
        'div',
        { class: 'line' },
        element(
          'pre',
          { ...{ role: 'group', tabindex: '0' }, 'aria-label': l10n.t('Command line') },
          this.line,
        ),
        button(l10n.t('Copy'), copy, { title: l10n.t('Copy the command line') }),
      ),
    )
  }

  private footer({ startLabel }: FormMessage): HTMLElement {
    const start = () =>
      this.with((state) => this.host.post({ type: 'start', number: this.number, state }))
    const reset = () => this.with((state) => this.host.post({ type: 'reset', state }))
    this.startButton = button(startLabel, start, { primary: true })
    this.renderStart()
    return element(
      'div',
      { class: 'row footer' },
      this.startButton,
      button(l10n.t('Defaults'), reset, {
        ...{ id: 'defaults', title: l10n.t('Forget what was typed') },
      }),
      this.status,
    )
  }

  private renderStart(): void {
    this.startButton?.toggleAttribute('disabled', this.busy || this.errors > 0)
  }

  private edit(key: string, value: string): void {
    this.with((state) => {
      const next = { ...state, values: { ...state.values, [key]: value } }
      this.keep(next)
      this.number++
      this.host.post({ type: 'edit', number: this.number, state: next })
    })
  }

  private keep(state: FormState): void {
    this.state = state
    this.host.keep(state)
  }

  private with(action: (state: FormState) => void): void {
    if (this.state) action(this.state)
  }
}

function labelled(label: string, control: HTMLElement): HTMLElement {
  return element('div', { class: 'labelled' }, element('span', { class: 'name' }, label), control)
}

let page: FormPage | undefined

connect(formContract, {
  onStart: (host) => {
    registerControls()
    page = new FormPage(host)
  },
  onMessage: (message) => {
    switch (message.type) {
      case 'form':
        return page?.show(message)
      case 'report':
        return page?.report(message)
      case 'value':
        return page?.set(message.field, message.value)
      case 'busy':
        return page?.setBusy(message.busy)
    }
  },
})
