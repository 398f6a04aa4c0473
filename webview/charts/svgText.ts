/** a b c d e f, as SVG and the 2D context name them. */
export type Matrix = readonly [number, number, number, number, number, number]
export const identity: Matrix = [1, 0, 0, 1, 0, 0]

export function multiply([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [
    ...([a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j] as const),
    ...([a * k + c * l + e, b * k + d * l + f] as const),
  ]
}

/** Two decimals are a fiftieth of a pixel. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** Gradients and patterns, which our charts do not use, become grey. */
export function paint(style: unknown): string {
  return typeof style === 'string' ? escapeXml(style) : '#888'
}

export function fontOf(font: string): [size: number, family: string] {
  const found = /(\d+(?:\.\d+)?)px(?:\/\S+)?\s+(.*)$/.exec(font)
  return [Number(found?.[1] ?? 10), found?.[2] ?? 'sans-serif']
}

/** SVG viewers disagree about baselines, so the alphabetic one is reckoned: a usual font rises 0.74 em over it. */
export function shift(baseline: string, size: number): number {
  const parts: Readonly<Record<string, number>> = {
    top: 0.8,
    hanging: 0.74,
    middle: 0.35,
    bottom: -0.2,
  }
  return (parts[baseline] ?? 0) * size
}

export function anchor(align: string): string {
  const anchors: Readonly<Record<string, string>> = { center: 'middle', right: 'end', end: 'end' }
  return anchors[align] ?? 'start'
}

export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  }
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '')
}
