/** Attributes, listeners (`onclick: …`) and properties of an element; `undefined` and `false` leave one out. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | undefined | ((event: Event) => void)>
>

/** Makes an element. Text is set as text, so nothing that a file says becomes markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes?: Attributes,
  ...children: readonly (Node | string | undefined)[]
): HTMLElementTagNameMap[K]
export function element(
  tag: string,
  attributes?: Attributes,
  ...children: readonly (Node | string | undefined)[]
): HTMLElement
export function element(
  tag: string,
  attributes: Attributes = {},
  ...children: readonly (Node | string | undefined)[]
): HTMLElement {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.replace(/^on/, ''), value)
    else if (value === true) made.setAttribute(name, '')
    else if (value !== undefined && value !== false) made.setAttribute(name, String(value))
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** Makes these the children of a node; those that stay where they are keep the keyboard's focus. */
export function arrange(parent: Element, children: readonly Element[]): void {
  for (const child of [...parent.children]) {
    if (!children.includes(child)) child.remove()
  }
  children.forEach((child, at) => {
    const there = parent.children[at]
    if (there !== child) parent.insertBefore(child, there ?? null)
  })
}
