import { codeOnly } from '../yolov5/python'
import { blanked, type Snippet, slice } from './snippet'

/** A notebook cell taken apart: its Python, and the command lines in it. */
export type CellParts = {
  /** The cell with magics blanked out; undefined for a cell of another language. */
  readonly python?: Snippet
  /** Text for a shell, `!…` lines and `%%bash` cells. */
  readonly shell: readonly Snippet[]
  /** `%cd` and `%run` lines without their `%`: they act on the notebook itself. */
  readonly magics: readonly Snippet[]
}

const SHELL_CELL = /^%%(?:bash|sh|shell|script\s+(?:bash|sh))\b[^\n]*\n?/
/** Cell magics that leave Python below them. */
const PYTHON_CELL = /^%%(?:time|timeit|capture|prun|debug)\b[^\n]*/
const LINE_MAGIC = /^[ \t]*([!%])((?:[^\n\\]|\\\r?\n|\\(?!\r?\n))*)/gm

/** Splits a cell, as Jupyter reads it, into Python and command lines. */
export function cellParts(cell: Snippet): CellParts {
  const { text } = cell
  const leading = /^\s*/.exec(text)?.[0].length ?? 0
  const head = text.slice(leading)
  const shellCell = SHELL_CELL.exec(head)
  if (shellCell) {
    return { shell: [slice(cell, leading + shellCell[0].length, text.length)], magics: [] }
  }
  if (head.startsWith('%%') && !PYTHON_CELL.test(head)) return { shell: [], magics: [] }
  const shell: Snippet[] = []
  const magics: Snippet[] = []
  const code = codeOnly(text)
  const python = text.replace(
    LINE_MAGIC,
    (line: string, mark: string, rest: string, at: number) => {
      const start = at + line.length - rest.length
      // Inside of a text of several lines.
      if (code[start - 1] !== mark) return line
      const part = slice(cell, start, start + rest.length)
      if (mark === '!') shell.push(part)
      else if (/^(?:cd|run)\b/.test(rest)) magics.push(part)
      return line.replace(/[^\n]/g, ' ')
    },
  )
  return { python: blanked(cell, python), shell, magics }
}
