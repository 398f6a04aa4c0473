import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDivider,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeProgressRing,
  vsCodeTag,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit'
import { type Attributes, element } from './element'

/**
 * Every control of our pages. Only this module knows the toolkit, so that it can be swapped.
 */

let registered = false

/** Defines the controls' elements; call it once before any is made. */
export function registerControls(): void {
  if (registered) return
  registered = true
  provideVSCodeDesignSystem().register(
    ...[vsCodeBadge(), vsCodeButton(), vsCodeCheckbox(), vsCodeDivider(), vsCodeDropdown()],
    ...[vsCodeOption(), vsCodePanels(), vsCodePanelTab(), vsCodePanelView()],
    ...[vsCodeProgressRing(), vsCodeTag(), vsCodeTextField()],
  )
}

type Common = { readonly title?: string; readonly disabled?: boolean; readonly id?: string }

export function button(
  text: string,
  onClick: () => void,
  { primary = false, ...rest }: Common & { readonly primary?: boolean } = {},
): HTMLElement {
  const appearance = primary ? 'primary' : 'secondary'
  return element('vscode-button', { ...rest, appearance, onclick: onClick }, text)
}

export function checkbox(
  text: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
  rest: Common = {},
): HTMLElement {
  const made = element('vscode-checkbox', { ...rest, checked }, text) as HTMLElement & {
    checked: boolean
  }
  made.addEventListener('change', () => onChange(made.checked))
  return made
}

export type Option = { readonly value: string; readonly label: string }

/** A drop-down list; `label` is what a screen reader says. */
export function dropdown(
  label: string,
  options: readonly Option[],
  value: string,
  onChange: (value: string) => void,
  rest: Common = {},
): HTMLElement & { value: string } {
  const items = options.map((option) =>
    element(
      'vscode-option',
      { value: option.value, selected: option.value === value },
      option.label,
    ),
  )
  const made = element(
    'vscode-dropdown',
    { ...rest, 'aria-label': label },
    ...items,
  ) as HTMLElement & { value: string }
  made.addEventListener('change', () => onChange(made.value))
  return made
}

export function textField(
  label: string,
  value: string,
  onInput: (value: string) => void,
  rest: Common & { readonly placeholder?: string; readonly list?: string } = {},
): HTMLElement & { value: string } {
  const made = element('vscode-text-field', {
    ...rest,
    'aria-label': label,
    value,
  }) as HTMLElement & { value: string }
  made.addEventListener('input', () => onInput(made.value))
  return made
}

/**
 * A slider. The toolkit has none: the browser's own, which keyboards and screen readers know, in the theme's colours.
 */
export function slider(
  label: string,
  range: {
    readonly min: number
    readonly max: number
    readonly step: number
    readonly value: number
  },
  onInput: (value: number) => void,
  attributes: Attributes = {},
): HTMLInputElement {
  const made = element('input', { ...attributes, type: 'range', 'aria-label': label })
  // Before the value, which the range would clamp.
  made.min = String(range.min)
  made.max = String(range.max)
  made.step = String(range.step)
  made.value = String(range.value)
  made.addEventListener('input', () => onInput(made.valueAsNumber))
  return made
}

export type Tab = { readonly id: string; readonly label: string; readonly view: HTMLElement }

/** Tabs with their views; the keyboard moves between them. */
export function tabs(
  list: readonly Tab[],
  active: string,
  onChange: (id: string) => void,
): HTMLElement {
  const heads = list.map(({ id, label }) => element('vscode-panel-tab', { id: `tab-${id}` }, label))
  const views = list.map(({ id, view }) => element('vscode-panel-view', { id: `view-${id}` }, view))
  const made = element('vscode-panels', { activeid: `tab-${active}` }, ...heads, ...views)
  made.addEventListener('change', (event) => {
    const { id = '' } = (event as CustomEvent<HTMLElement | undefined>).detail ?? {}
    if (id.startsWith('tab-')) onChange(id.slice('tab-'.length))
  })
  return made
}

/** A bare checkbox, for tables of hundreds of rows, where the toolkit's would be slow to make. */
export function tick(
  label: string,
  checked: boolean,
  onChange: (checked: boolean) => void,
  attributes: Attributes = {},
): HTMLInputElement {
  const made = element('input', { ...attributes, type: 'checkbox', 'aria-label': label })
  made.checked = checked
  made.addEventListener('change', () => onChange(made.checked))
  return made
}
