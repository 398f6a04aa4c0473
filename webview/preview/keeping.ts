import picomatch from 'picomatch'
import type { Keeping } from './layerList'

/** A layer's name as a glob that matches just it. */
export function globOf(layer: string): string {
  return layer.replace(/[^\w.-]/g, '\\$&')
}

/** How each layer is kept by `keep`: named by itself, or by a glob for several. */
export function keepingOf(keep: readonly string[]): (layer: string) => Keeping {
  const globs = keep.map((glob) => ({ glob, matches: picomatch(glob) }))
  return (layer) => {
    const own = globOf(layer)
    const found = globs.filter(
      ({ matches }) => matches(layer) || matches(layer.replace(/\.bn$/, '')),
    )
    if (found.length === 0) return 'no'
    return found.every(({ glob }) => glob === own) ? 'named' : 'glob'
  }
}

/** `keep` with one layer added to or taken from it. */
export function withKept(keep: readonly string[], layer: string, kept: boolean): string[] {
  const own = globOf(layer)
  const others = keep.filter((glob) => glob !== own)
  return kept ? [...others, own] : others
}
