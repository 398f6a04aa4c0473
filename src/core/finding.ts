import type { LineCounter } from 'yaml'

/** A place in a text file; line and character count from 0, as editors and language servers do. */
export type Position = { readonly line: number; readonly character: number }
export type Range = { readonly start: Position; readonly end: Position }

/** Something that a person should know about a file of theirs. */
export type Finding = {
  /** Stable, of the form `area/what`: `model-yaml/unknown-module`. */
  readonly code: `${string}/${string}`
  readonly message: string
  readonly severity: 'error' | 'warning' | 'information'
  readonly range: Range
  /** Text to put in place of the range. */
  readonly suggestion?: string
}

/** A yaml node's range (offsets of start and end of its value) as lines and characters. */
export function rangeOf(lines: LineCounter, start: number, end: number): Range {
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(0, line - 1), character: Math.max(0, col - 1) }
  }
  return { start: at(start), end: at(Math.max(start, end)) }
}
