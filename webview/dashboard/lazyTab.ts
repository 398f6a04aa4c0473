import { element } from '../common/element'
import type { TabPart } from './context'
import type { Change } from './model'

/** A tab's content, made when it is first shown: what nobody looks at yet would delay the first chart. */
export class LazyTab<Part extends TabPart = TabPart> implements TabPart {
  readonly root = element('div')
  private part: Part | undefined

  constructor(private readonly make: () => Part) {}

  /** undefined before it has been shown. */
  get made(): Part | undefined {
    return this.part
  }

  draw(change?: Change): void {
    if (!this.part) {
      this.part = this.make()
      this.root.append(this.part.root)
    }
    this.part.draw(change)
  }

  turn(): void {
    this.part?.turn?.()
  }
}
