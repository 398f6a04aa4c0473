import { type Range, rangesIn } from '../finding'

/** A piece of code, which may lie somewhere inside a file. */
export type Snippet = {
  readonly text: string
  /** Where offsets of `text` are in the file. */
  readonly range: (start: number, end: number) => Range
  /** It may be a sentence that begins like a command. */
  readonly prose?: true
}

/** A file, or an editor's document, as one piece. */
export function wholeText(text: string): Snippet {
  return { text, range: rangesIn(text) }
}

/** Part of a snippet. */
export function slice(snippet: Snippet, start: number, end: number): Snippet {
  return {
    text: snippet.text.slice(start, end),
    range: (from, to) => snippet.range(start + from, start + to),
  }
}

/** A snippet whose text was changed without moving anything. */
export function blanked(snippet: Snippet, text: string): Snippet {
  return { text, range: snippet.range }
}
