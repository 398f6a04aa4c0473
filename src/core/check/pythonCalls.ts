import { bracketed, keyword } from '../yolov5/python'
import type { Signature } from './pythonModules'

export type Call = {
  readonly start: number
  readonly end: number
  readonly args: readonly string[]
}

/** Calls of a plain or dotted name in code without comments; definitions are none. */
export function callsOf(code: string, name: string): readonly Call[] {
  const word = name.replaceAll('.', '[ \\t]*\\.[ \\t]*')
  const pattern = new RegExp(`(?<![.\\w])(?<!\\b(?:def|class)[ \\t]+)${word}[ \\t]*\\(`, 'g')
  return [...code.matchAll(pattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].trimEnd().length - 1,
    args: bracketed(code, match.index + match[0].length - 1),
  }))
}

/** Whether a file gives a name another meaning than its import. */
export function rebinds(code: string, local: string): boolean {
  return new RegExp(
    `\\bdef[ \\t]+\\w+[ \\t]*\\([^)]*\\b${local}\\b|\\b(?:def|class)[ \\t]+${local}\\b|(?:^|[;,(])[ \\t]*${local}[ \\t]*(?:,[^=\\n]*)?=(?!=)|\\b(?:for|as)[ \\t]+${local}\\b(?![ \\t]*(?:,|\\n|$|\\)))`,
    'm',
  ).test(code)
}

/** Names that code calls as they are, with no object before them. */
export function calledNames(code: string): ReadonlySet<string> {
  const pattern = /(?<![.\w])(?<!\b(?:def|class)[ \t]+)([A-Za-z_]\w*)[ \t]*\(/g
  return new Set([...code.matchAll(pattern)].map(([, name = '']) => name))
}

/** What a signature would refuse of a call. */
export type Refusal =
  | { readonly kind: 'keyword'; readonly name: string }
  | { readonly kind: 'missing'; readonly name: string }
  | { readonly kind: 'many'; readonly given: number; readonly taken: number }

/**
 * Holds a call against a signature, as Python binds arguments; undefined where it fits, or where unpacking hides
 * what is passed.
 */
export function refusalOf({ args }: Call, signature: Signature): Refusal | undefined {
  // A lambda's commas look like the call's own.
  if (args.some((arg) => /^(?:\w+\s*=\s*)?lambda\b/.test(arg))) return undefined
  const unpacked = args.some((arg) => arg.startsWith('*'))
  const parts = args.filter((arg) => !arg.startsWith('*')).map(keyword)
  const named = parts.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const positions = parts.length - named.length
  const known = new Set([...signature.positional, ...signature.keywordOnly])
  const strange = signature.anyKeyword ? undefined : named.find((name) => !known.has(name))
  if (strange !== undefined) return { kind: 'keyword', name: strange }
  if (!signature.rest && positions > signature.positional.length) {
    return { kind: 'many', given: positions, taken: signature.positional.length }
  }
  if (unpacked) return undefined
  const filled = new Set([...signature.positional.slice(0, positions), ...named])
  const missing = signature.required.find((name) => !filled.has(name))
  return missing === undefined ? undefined : { kind: 'missing', name: missing }
}
