import { codeOnly } from '../yolov5/python'

/** A name that an import statement takes from a module; offsets into the source. */
export type ImportedName = {
  readonly name: string
  readonly alias: string
  readonly start: number
  readonly end: number
}

export type ImportStatement = {
  readonly module: string
  /** Place of the module's name. */
  readonly start: number
  readonly end: number
  /** Start of the statement. */
  readonly at: number
  readonly indent: string
  /** `from module import …`; absent for `import module`. `*` is a name here. */
  readonly names?: readonly ImportedName[]
  /** What `import module` binds: the alias, or the module's first part. */
  readonly binds?: string
  /** It stands where its failure is expected: under `try`, `except` or a condition. */
  readonly guarded: boolean
}

const FROM = /^([ \t]*)from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|(?:[^\n\\;]|\\\r?\n)*)/gm
const IMPORT = /^([ \t]*)import[ \t]+((?:[^\n\\;]|\\\r?\n)*)/gm
const NAME = /(\*|[A-Za-z_][\w.]*)(?:\s+as\s+([A-Za-z_]\w*))?/g

function width(indent: string): number {
  return indent.replace(/\t/g, '        ').length
}

/** Whether a line is inside `try`, `except` or a condition; functions and loops don't count. */
function isGuarded(lines: readonly string[], line: number, indent: string): boolean {
  let inner = width(indent)
  for (let at = line - 1; at >= 0 && inner > 0; at--) {
    const text = lines[at] ?? ''
    if (text.trim() === '') continue
    const outer = width(/^[ \t]*/.exec(text)?.[0] ?? '')
    if (outer >= inner) continue
    if (/^[ \t]*(?:try|except|else|finally|if|elif)\b/.test(text)) return true
    inner = outer
  }
  return false
}

/** Every import of a Python source, with its place. `source` may hold comments and strings. */
export function importsOf(source: string): readonly ImportStatement[] {
  const code = codeOnly(source)
  const lines = code.split('\n')
  const lineOf = (offset: number): number => code.slice(0, offset).split('\n').length - 1
  const found: ImportStatement[] = []
  for (const match of code.matchAll(FROM)) {
    const [whole, indent = '', module = '', list = ''] = match
    const start = match.index + whole.indexOf(module, indent.length + 4)
    const listAt = match.index + whole.length - list.length
    found.push({
      module,
      start,
      end: start + module.length,
      at: match.index + indent.length,
      indent,
      names: [...list.matchAll(NAME)].map((one) => ({
        name: one[1] ?? '',
        alias: one[2] ?? one[1] ?? '',
        start: listAt + one.index,
        end: listAt + one.index + one[0].length,
      })),
      guarded: isGuarded(lines, lineOf(match.index), indent),
    })
  }
  for (const match of code.matchAll(IMPORT)) {
    const [whole, indent = '', list = ''] = match
    const listAt = match.index + whole.length - list.length
    for (const one of list.matchAll(NAME)) {
      const module = one[1] ?? ''
      const start = listAt + one.index
      found.push({
        module,
        start,
        end: start + module.length,
        at: match.index + indent.length,
        indent,
        binds: one[2] ?? module.split('.')[0] ?? module,
        guarded: isGuarded(lines, lineOf(match.index), indent),
      })
    }
  }
  return found.sort((a, b) => a.start - b.start)
}
