import { bracketedSpans, codeOnly } from '../yolov5/python'
import type { Word } from './shellWords'

/** A list that begins like a command: `[sys.executable, 'train.py', …]`, `["python", …]`. */
const COMMAND =
  /\[\s*(?=sys\s*\.\s*executable\s*,|[rR]?["'][^"'\n]*python[\d.]*(?:\.exe)?["']\s*,)/g

/** A plain string literal; one with escapes or prefixes is not known as it stands. */
const PLAIN = /^[rR]?("[^"\\]*"|'[^'\\]*')$/

/** `cwd='…'` among what follows the first argument of a call. */
const CWD = /^[^()]*(?:\([^()]*\)[^()]*)*?\bcwd\s*=\s*[rR]?(?:"([^"\\{}\n]*)"|'([^'\\{}\n]*)')/

/** The folder that a call runs its command in, where it is written out after the argument that ends at `end`. */
export function folderAfter(code: string, end: number): string | undefined {
  const [, double, single] = CWD.exec(code.slice(end, end + 400)) ?? []
  return double ?? single
}

/**
 * The words of every list in Python code that is the command line of a process, as `subprocess.run` takes it; in
 * brackets after a `cd` where the call has the process run elsewhere.
 */
export function argumentLists(source: string): readonly (readonly Word[])[] {
  const code = codeOnly(source)
  return [...code.matchAll(COMMAND)].flatMap(({ index }) => {
    const words = bracketedSpans(code, index).map(({ start, end }) => wordOf(code, start, end))
    const end = code.indexOf(']', words.at(-1)?.end ?? index) + 1
    const folder = folderAfter(code, end)
    if (folder === undefined) return [words]
    const typed = (text: string): Word => ({ text, start: end, end, open: false, quoted: false })
    return [[typed('(')], [typed('cd'), typed(folder)], words, [typed(')')]]
  })
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
