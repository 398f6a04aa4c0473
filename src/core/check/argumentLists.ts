import { bracketedSpans, codeOnly } from '../yolov5/python'
import type { Word } from './shellWords'

/** A list that begins like a command: `[sys.executable, 'train.py', …]`, `["python", …]`. */
const COMMAND =
  /\[\s*(?=sys\s*\.\s*executable\s*,|[rR]?["'][^"'\n]*python[\d.]*(?:\.exe)?["']\s*,)/g

/** A plain string literal; one with escapes or prefixes is not known as it stands. */
const PLAIN = /^[rR]?("[^"\\]*"|'[^'\\]*')$/

/** The words of every list in Python code that is the command line of a process, as `subprocess.run` takes it. */
export function argumentLists(source: string): readonly (readonly Word[])[] {
  const code = codeOnly(source)
  return [...code.matchAll(COMMAND)].map(({ index }) =>
    bracketedSpans(code, index).map(({ start, end }) => wordOf(code, start, end)),
  )
}

/** An element's text and place without its quotes; an expression is a word that is not known. */
function wordOf(code: string, start: number, end: number): Word {
  const element = code.slice(start, end)
  const literal = PLAIN.exec(element)?.[1]
  if (literal === undefined) {
    return { text: element.replace(/\s/g, ''), start, end, open: true, quoted: false }
  }
  const text = literal.slice(1, -1)
  return { text, start: end - 1 - text.length, end: end - 1, open: false, quoted: true }
}
