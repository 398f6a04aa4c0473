import * as l10n from '@vscode/l10n'
import { button, textField } from '../common/controls'
import { element } from '../common/element'

/** Layers that stay whole, as chips that can be taken away, and a field for more of them. */
export class KeepField {
  readonly root: HTMLElement
  private readonly chips = element('span', { class: 'chips' })
  private readonly field: HTMLElement & { value: string }
  private keep: readonly string[] = []

  constructor(
    initial: readonly string[],
    private readonly onChange: (keep: string[]) => void,
  ) {
    const label = l10n.t('Layers to keep whole, such as model.24.*')
    const field = textField(label, '', () => undefined, { placeholder: 'model.24.*' })
    this.field = field
    const add = () => {
      const glob = field.value.trim()
      if (glob === '' || this.keep.includes(glob)) return
      field.value = ''
      this.change([...this.keep, glob])
    }
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') add()
    })
    this.root = element(
      'div',
      { class: 'field keep', role: 'group', 'aria-label': l10n.t('Layers to keep whole') },
      element('span', {}, l10n.t('Layers to keep whole')),
      element('div', { class: 'row' }, this.chips, field, button(l10n.t('Add'), add)),
    )
    this.show(initial)
  }

  show(keep: readonly string[]): void {
    if (JSON.stringify(keep) === JSON.stringify(this.keep)) return
    this.keep = keep
    this.chips.replaceChildren(
      ...keep.map((glob, i) =>
        element(
          'button',
          {
            ...{ class: 'chip', type: 'button', title: l10n.t('Let {0} be pruned again', glob) },
            onclick: () => this.remove(glob, i),
          },
          `${glob} ×`,
        ),
      ),
    )
  }

  private remove(glob: string, at: number): void {
    this.change(this.keep.filter((other) => other !== glob))
    // The chip that had the focus is gone: the next one has it, for who removes several.
    const chips = this.chips.querySelectorAll('button')
    const next = chips[at] ?? chips[at - 1] ?? this.field
    next.focus()
  }

  private change(keep: string[]): void {
    this.show(keep)
    this.onChange(keep)
  }
}
