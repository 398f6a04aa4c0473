import { dropdown, type Option } from '../common/controls'
import { element } from '../common/element'

/**
 * A drop-down list that stays while it offers the same. A closed one tells each press of an arrow: made anew for what
 * was chosen, it would lose the keyboard's focus.
 */
export class Choice {
  readonly root = element('span')
  private list: ReturnType<typeof dropdown> | undefined
  private offered = ''
  private value = ''

  constructor(
    private readonly label: string,
    private readonly onChange: (value: string) => void,
  ) {}

  draw(options: readonly Option[], value: string): void {
    const offered = JSON.stringify(options)
    if (!this.list || offered !== this.offered) {
      this.list = dropdown(this.label, options, value, this.onChange)
      this.root.replaceChildren(this.list)
    } else if (value !== this.value) {
      // Not whenever the list says another: while it is open, arrows go ahead of what is chosen.
      this.list.value = value
    }
    this.offered = offered
    this.value = value
  }
}
