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
  private going: PreviewState = { kind: 'idle' }

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
    this.tell()
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
    this.tell()
  }

  setState(state: PreviewState): void {
    this.going = state
    this.enable()
    this.tell()
  }

  private get enabled(): boolean {
    return this.locked === null && this.possible && this.going.kind !== 'pruning'
  }

  private press(): void {
    if (this.enabled) this.ports.onPrune()
  }

  private enable(): void {
    this.prune.toggleAttribute('disabled', !this.enabled)
    this.prune.title = this.locked ?? ''
  }

  private tell(): void {
    const { going, locked } = this
    if (locked !== null) this.say(locked)
    else if (going.kind === 'pruning') this.say(l10n.t('Pruning…'))
    else if (going.kind === 'failed') this.say(going.text, 'error')
    else if (going.kind === 'pruned') this.sayWritten(going.text, going.output)
    else this.say('')
  }

  private sayWritten(text: string, output: string): void {
    const { onOpen, onFinetune } = this.ports
    const open = button(l10n.t('Open'), () => onOpen(output))
    const finetune = button(l10n.t('Finetune'), () => onFinetune(output))
    this.say(text)
    this.state.append(' ', open, ' ', finetune)
  }

  private say(text: string, kind = ''): void {
    this.state.replaceChildren(text)
    this.state.className = `state ${kind}`
  }
}
