import { codeOnly } from '../yolov5/python'
import { blanked, type Snippet, slice } from './snippet'

/** A notebook cell taken apart: its Python, and the command lines in it. */
export type CellParts = {
  /** The cell with magics blanked out; undefined for a cell of another language. */
  readonly python?: Snippet
  /** In the order in which they run. */
  readonly commands: readonly CellCommand[]
}

/**
 * A text for a shell of its own (a `!…` line, a `%%bash` cell), or what acts on the notebook itself: a `%cd` or `%run`
 * line without its `%`, an `os.chdir(…)` as a `cd`.
 */
export type CellCommand = { readonly kind: 'shell' | 'magic'; readonly snippet: Snippet }

const SHELL_CELL = /^%%(?:bash|sh|shell|script\s+(?:bash|sh))\b[^\n]*\n?/
/** Cell magics that leave Python below them. */
const PYTHON_CELL = /^%%(?:time|timeit|capture|prun|debug)\b[^\n]*/
/** `!python …`, `%cd …`, `lines = !python …`. */
const LINE_MAGIC = /^[ \t]*(?:\w+[ \t]*=[ \t]*)?([!%])((?:[^\n\\]|\\\r?\n|\\(?!\r?\n))*)/gm

/** What moves the notebook as `%cd` does, to a folder that is written out. */
const CHDIR = /^os\.chdir\([ \t]*[rR]?("[^"\\{}\n]+"|'[^'\\{}\n]+')[ \t]*\)/gm

/** Splits a cell, as Jupyter reads it, into Python and command lines. */
export function cellParts(cell: Snippet): CellParts {
  const { text } = cell
  const leading = /^\s*/.exec(text)?.[0].length ?? 0
  const head = text.slice(leading)
  const shellCell = SHELL_CELL.exec(head)
  if (shellCell) {
    const snippet = slice(cell, leading + shellCell[0].length, text.length)
    return { commands: [{ kind: 'shell', snippet }] }
  }
  if (head.startsWith('%%') && !PYTHON_CELL.test(head)) return { commands: [] }
  const commands: (CellCommand & { readonly at: number })[] = []
  const code = codeOnly(text)
  const python = text.replace(
    LINE_MAGIC,
    (line: string, mark: string, rest: string, at: number) => {
      const start = at + line.length - rest.length
      // Inside of a text of several lines.
      if (code[start - 1] !== mark) return line
      const snippet = slice(cell, start, start + rest.length)
      if (mark === '!') commands.push({ kind: 'shell', snippet, at })
      else if (/^(?:cd|run)\b/.test(rest)) commands.push({ kind: 'magic', snippet, at })
      return line.replace(/[^\n]/g, ' ')
    },
  )
  for (const match of code.matchAll(CHDIR)) {
    const snippet = blanked(cell, `cd ${match[1]}`)
    commands.push({ kind: 'magic', snippet, at: match.index })
  }
  return { python: blanked(cell, python), commands: commands.sort((a, b) => a.at - b.at) }
}
