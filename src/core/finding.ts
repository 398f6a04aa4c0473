import type { LineCounter } from 'yaml'
import type { Release } from './yolov5/release'

/** A place in a text file; line and character count from 0, as editors and language servers do. */
export type Position = { readonly line: number; readonly character: number }
export type Range = { readonly start: Position; readonly end: Position }

/** Text to put in place of a range; an empty range inserts. */
export type TextEdit = { readonly range: Range; readonly text: string }

/** A way to mend what a finding is about, as data: an editor applies it, `check --json` prints it. */
export type Fix =
  | {
      readonly kind: 'edit'
      readonly title: string
      readonly edits: readonly TextEdit[]
      /** It says the same in this release's words, so it may be applied without a second look. */
      readonly safe?: true
    }
  /** Put another release into the clone. */
  | { readonly kind: 'switch'; readonly title: string; readonly release: Release }
  /** Put the release's own file in place of this one, after a look at the difference. */
  | { readonly kind: 'stock'; readonly title: string; readonly file: string }

/** Something that a person should know about a file of theirs. */
export type Finding = {
  /** Stable, of the form `area/what`: `model-yaml/unknown-module`. */
  readonly code: `${string}/${string}`
  readonly message: string
  readonly severity: 'error' | 'warning' | 'information'
  readonly range: Range
  /** Text to put in place of the range. */
  readonly suggestion?: string
  /** The best first. */
  readonly fixes?: readonly Fix[]
}

/** A yaml node's range (offsets of start and end of its value) as lines and characters. */
export function rangeOf(lines: LineCounter, start: number, end: number): Range {
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(0, line - 1), character: Math.max(0, col - 1) }
  }
  return { start: at(start), end: at(Math.max(start, end)) }
}

/** The first character of a file: where to show what is about the file as a whole. */
export const fileTop: Range = {
  start: { line: 0, character: 0 },
  end: { line: 0, character: 0 },
}

/** What stands in a range of a text. */
export function textIn(text: string, { start, end }: Range): string {
  const lines = text.split('\n')
  const offset = ({ line, character }: Position): number =>
    lines.slice(0, line).reduce((sum, { length }) => sum + length + 1, character)
  return text.slice(offset(start), offset(end))
}

/** Ranges of offsets in `text`, whose lines may end in `\n`, `\r\n` or `\r`. */
export function rangesIn(text: string): (start: number, end: number) => Range {
  const starts = [0]
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length)
  const at = (offset: number): Position => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low, character: offset - (starts[low] ?? 0) }
  }
  return (start, end) => ({ start: at(start), end: at(Math.max(start, end)) })
}
