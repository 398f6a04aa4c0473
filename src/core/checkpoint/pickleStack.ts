import * as l10n from '@vscode/l10n'
import { corrupt } from './source'
import type { PyValue } from './values'

/** The unpickler's stack with its marks. Reading below the innermost mark is an error, as in CPython. */
export class PickleStack {
  readonly #name: string
  readonly #items: PyValue[] = []
  readonly #marks: number[] = []
  #floor = 0

  constructor(name: string) {
    this.#name = name
  }

  push(value: PyValue): void {
    this.#items.push(value)
  }

  top(): PyValue {
    if (this.#items.length <= this.#floor) throw this.#underflow()
    return this.#items[this.#items.length - 1] as PyValue
  }

  pop(): PyValue {
    if (this.#items.length <= this.#floor) throw this.#underflow()
    return this.#items.pop() as PyValue
  }

  popMany(count: number): PyValue[] {
    if (this.#items.length - count < this.#floor) throw this.#underflow()
    return this.#items.splice(this.#items.length - count, count)
  }

  /** POP: takes a value, or the mark where the mark is on top. */
  discard(): void {
    if (this.#items.length > this.#floor) this.#items.pop()
    else this.popToMark()
  }

  mark(): void {
    this.#marks.push(this.#items.length)
    this.#floor = this.#items.length
  }

  popToMark(): PyValue[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw this.#underflow()
    this.#floor = this.#marks[this.#marks.length - 1] ?? 0
    return this.#items.splice(mark)
  }

  expectEmpty(): void {
    if (this.#items.length > 0 || this.#marks.length > 0) throw this.#underflow()
  }

  #underflow() {
    return corrupt(this.#name, l10n.t('its pickle contradicts itself'))
  }
}
