/** Colours and font of the editor's theme, as a chart wants them. */
export type Theme = {
  readonly contrast: boolean
  readonly dark: boolean
  readonly background: string
  readonly foreground: string
  readonly muted: string
  readonly grid: string
  readonly accent: string
  readonly warning: string
  readonly error: string
  /** Of runs, in order. */
  readonly series: readonly string[]
  readonly font: string
}

let known: Theme | undefined

/**
 * The theme that VS Code's variables on the document describe. It is read once until it is switched: a look at computed
 * styles in the midst of a drawing makes the browser work all styles out anew.
 */
export function readTheme(): Theme {
  watch()
  known ??= computeTheme()
  return known
}

function computeTheme(): Theme {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string, otherwise: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || otherwise
  const { classList } = document.body
  const contrast = classList.contains('vscode-high-contrast')
  const light =
    classList.contains('vscode-light') || classList.contains('vscode-high-contrast-light')
  const foreground = color('editor-foreground', color('foreground', light ? '#333' : '#ccc'))
  const background = color('editor-background', light ? '#fff' : '#1e1e1e')
  return {
    contrast: contrast || classList.contains('vscode-high-contrast-light'),
    dark: !light,
    background,
    foreground,
    muted: contrast ? foreground : color('descriptionForeground', foreground),
    grid: withAlpha(foreground, contrast ? 0.35 : light ? 0.12 : 0.16),
    accent: color('charts-blue', '#3794ff'),
    warning: color('editorWarning-foreground', '#cca700'),
    error: color('editorError-foreground', '#f14c4c'),
    series: [
      color('charts-blue', '#3794ff'),
      color('charts-green', '#89d185'),
      color('charts-purple', '#b180d7'),
      color('charts-red', '#f14c4c'),
      color('charts-yellow', '#cca700'),
      // Last: themes take it from the mark of a search's finds, which is pale on purpose.
      color('charts-orange', '#d18616'),
      color('foreground', foreground),
    ],
    font: color('font-family', 'system-ui, sans-serif'),
  }
}

const listeners = new Set<() => void>()

/**
 * Calls back when the person switches the theme; VS Code then changes the body's class and the variables.
 *
 * @returns ends it
 */
export function onThemeChange(call: () => void): () => void {
  watch()
  listeners.add(call)
  return () => listeners.delete(call)
}

let watched = false

function watch(): void {
  if (watched) return
  watched = true
  let asked = false
  const observer = new MutationObserver(() => {
    known = undefined
    if (asked) return
    asked = true
    // VS Code changes one after another: listeners are told once.
    requestAnimationFrame(() => {
      asked = false
      for (const call of listeners) call()
    })
  })
  const options = { attributes: true, attributeFilter: ['class', 'style', 'data-vscode-theme-id'] }
  observer.observe(document.body, options)
  observer.observe(document.documentElement, options)
}

/** A colour made see-through; one that is neither `#rgb`, `#rrggbb(aa)` nor `rgb(…)` stays as it is. */
export function withAlpha(color: string, alpha: number): string {
  const [r, g, b] = channelsOf(color) ?? []
  if (r === undefined || g === undefined || b === undefined) return color
  return `rgba(${r}, ${g}, ${b}, ${alpha})`
}

/** A colour between two, `share` of the way from `from` to `to`. */
export function mix(from: string, to: string, share: number): string {
  const [a, b] = [channelsOf(from), channelsOf(to)]
  if (!a || !b) return share < 0.5 ? from : to
  const mixed = a.map((value, i) => Math.round(value + ((b[i] ?? value) - value) * share))
  return `rgb(${mixed.join(', ')})`
}

function channelsOf(color: string): [number, number, number] | undefined {
  const short = /^#([\da-f])([\da-f])([\da-f])$/i.exec(color)
  const long = short ?? /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})(?:[\da-f]{2})?$/i.exec(color)
  const parts = long
    ? long.slice(1, 4).map((part) => Number.parseInt(short ? part + part : part, 16))
    : /^rgba?\(([^)]*)\)$/
        .exec(color)?.[1]
        ?.split(/[\s,/]+/)
        .map(Number)
  const [r, g, b] = parts ?? []
  return r === undefined || g === undefined || b === undefined ? undefined : [r, g, b]
}
