import * as l10n from '@vscode/l10n'
import { pruneArguments } from '../../src/extension/preview/arguments'
import type {
  PreviewData,
  PreviewOptions,
  PreviewState,
} from '../../src/extension/preview/contract'
import { slimLine } from '../../src/runs/format/shellLine'
import { button, textField } from '../common/controls'
import { element } from '../common/element'
import { setText } from './totals'

type Ports = {
  readonly onOutput: (output: string) => void
  readonly onPrune: () => void
  readonly onCopy: (text: string) => void
  readonly onOpen: (output: string) => void
  readonly onFinetune: (output: string) => void
}

/** The file to write, the button that prunes, the command line that does the same, and how it went. */
export class PruneBar {
  readonly root: HTMLElement
  private readonly prune: HTMLElement
  private readonly command = element('code', { class: 'command', tabindex: 0 })
  private readonly state = element('p', { role: 'status', class: 'state' })
  private locked: string | null
  private possible = true
  private busy = false

  constructor(
    private readonly data: PreviewData,
    initial: PreviewOptions,
    private readonly ports: Ports,
  ) {
    this.locked = data.locked
    const label = l10n.t('File to write')
    const output = textField(label, initial.output, (text) => {
      if (text.trim() !== '') ports.onOutput(text.trim())
    })
    this.prune = button(l10n.t('Prune'), () => this.press(), { primary: true })
    this.command.setAttribute('aria-label', l10n.t('The same on the command line'))
    this.root = element(
      'div',
      { class: 'prune' },
      element('label', { class: 'field' }, element('span', {}, label), output),
      element(
        'div',
        { class: 'row' },
        this.prune,
        button(l10n.t('Copy command'), () => ports.onCopy(this.command.textContent ?? '')),
      ),
      this.state,
      this.command,
    )
    this.enable()
  }

  showOptions(options: PreviewOptions): void {
    const { weights, platform } = this.data
    setText(this.command, slimLine(pruneArguments(weights, options), platform))
  }

  /** Whether there is a plan to carry out. */
  setPossible(possible: boolean): void {
    if (possible === this.possible) return
    this.possible = possible
    this.enable()
  }

  setLocked(reason: string | null): void {
    this.locked = reason
    this.enable()
  }

  setState(state: PreviewState): void {
    this.busy = state.kind === 'pruning'
    this.enable()
    switch (state.kind) {
      case 'idle':
        this.say('')
        return
      case 'pruning':
        this.say(l10n.t('Pruning…'))
        return
      case 'failed':
        this.say(state.text, 'error')
        return
      case 'pruned': {
        this.say(state.text)
        const { onOpen, onFinetune } = this.ports
        this.state.append(
          ' ',
          button(l10n.t('Open'), () => onOpen(state.output)),
          ' ',
          button(l10n.t('Finetune'), () => onFinetune(state.output)),
        )
      }
    }
  }

  private press(): void {
    if (this.locked === null && this.possible && !this.busy) this.ports.onPrune()
  }

  private enable(): void {
    this.prune.toggleAttribute('disabled', this.locked !== null || !this.possible || this.busy)
    this.prune.title = this.locked ?? ''
    if (this.locked !== null) this.say(this.locked)
    else if (!this.busy) this.say('')
  }

  private say(text: string, kind = ''): void {
    this.state.replaceChildren(text)
    this.state.className = `state ${kind}`
  }
}
