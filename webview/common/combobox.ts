import { type Attributes, element } from './element'

export type Suggestion = { readonly value: string; readonly label: string }

let lists = 0

/**
 * A text field with suggestions: anything can be typed. The browser's own input and list, which keyboards and screen
 * readers know; the toolkit's field keeps its input where no list can be tied to it.
 */
export function combobox(
  label: string,
  value: string,
  suggestions: readonly Suggestion[],
  onInput: (value: string) => void,
  attributes: Attributes = {},
): { readonly node: HTMLElement; readonly input: HTMLInputElement } {
  const id = `suggestions-${lists++}`
  const input = element('input', {
    ...{ type: 'text', class: 'combobox', 'aria-label': label, spellcheck: 'false' },
    ...(suggestions.length > 0 ? { list: id } : {}),
    ...attributes,
  })
  input.value = value
  input.addEventListener('input', () => onInput(input.value))
  if (suggestions.length === 0) return { node: input, input }
  const options = suggestions.map((one) =>
    element('option', { value: one.value, label: one.label }),
  )
  return {
    node: element(
      'span',
      { class: 'combobox-frame' },
      input,
      element('datalist', { id }, ...options),
    ),
    input,
  }
}
