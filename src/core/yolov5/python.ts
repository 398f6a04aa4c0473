/**
 * Just enough of Python's grammar to read facts out of source text. Nothing here evaluates anything.
 */

const STRINGS_AND_COMMENTS =
  /("""|''')[\s\S]*?(?:\1|$)|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|#[^\n]*/g

/**
 * `source` with comments and triple-quoted strings blanked out, so that a search finds code only. Positions
 * are those of `source`.
 */
export function codeOnly(source: string): string {
  return source.replace(STRINGS_AND_COMMENTS, (token, triple: string | undefined) =>
    triple !== undefined || token.startsWith('#') ? token.replace(/[^\n]/g, ' ') : token,
  )
}

/** What matters for finding a bracket's partner: string literals whole, brackets, commas. */
const TOKENS = /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[()[\]{},]/g

/**
 * The comma-separated parts between the bracket at `open` and its partner, trimmed, without empty ones.
 * `code` must come from {@link codeOnly}. An unclosed bracket ends at the end of the text.
 */
export function bracketed(code: string, open: number): readonly string[] {
  return bracketedSpans(code, open).map(({ start, end }) => code.slice(start, end))
}

/** Where the parts are that {@link bracketed} gives. */
export function bracketedSpans(
  code: string,
  open: number,
): readonly { readonly start: number; readonly end: number }[] {
  const parts: { readonly start: number; readonly end: number }[] = []
  let depth = 0
  let start = open + 1
  const push = (end: number): void => {
    const part = code.slice(start, end)
    const from = start + part.length - part.trimStart().length
    const length = part.trim().length
    if (length > 0) parts.push({ start: from, end: from + length })
    start = end + 1
  }
  const tokens = new RegExp(TOKENS)
  tokens.lastIndex = open
  for (let match = tokens.exec(code); match !== null; match = tokens.exec(code)) {
    const token = match[0]
    if ('([{'.includes(token)) depth++
    else if (')]}'.includes(token)) {
      depth--
      if (depth === 0) {
        push(match.index)
        return parts
      }
    } else if (token === ',' && depth === 1) push(match.index)
  }
  push(code.length)
  return parts
}

/** Splits `name=value`; comparison and walrus operators don't count. */
export function keyword(argument: string): { readonly name?: string; readonly value: string } {
  const match = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(argument)
  if (match?.[1] === undefined) return { value: argument }
  return { name: match[1], value: match[2] ?? '' }
}

const LITERAL = /(?:[rRbBuUfF]{0,2})("(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')/g

/** All string literals of an expression, unquoted. */
export function stringLiterals(expression: string): readonly string[] {
  return [...expression.matchAll(LITERAL)].map((match) =>
    (match[1] ?? '').slice(1, -1).replace(/\\(['"\\])/g, '$1'),
  )
}

/** The value of an expression that is one string literal, or several that Python joins; else undefined. */
export function stringValue(expression: string): string | undefined {
  if (expression.replace(LITERAL, '').replace(/[()\s\\]/g, '') !== '') return undefined
  const literals = stringLiterals(expression)
  return literals.length === 0 ? undefined : literals.join('')
}

/** Parameter names of `def name(…)`, without annotations, defaults and `self`; undefined if not defined. */
export function parameters(code: string, name: string): readonly string[] | undefined {
  const match = new RegExp(`^[ \\t]*(?:async[ \\t]+)?def[ \\t]+${name}[ \\t]*\\(`, 'm').exec(code)
  if (match === null) return undefined
  return bracketed(code, match.index + match[0].length - 1)
    .map((part) => (/^\**\s*([A-Za-z_]\w*)/.exec(part)?.[0] ?? '').replace(/\s/g, ''))
    .filter((part) => part !== '' && part !== 'self')
}

/** Names of the top-level classes that have a base class. */
export function derivedClasses(code: string): readonly string[] {
  return [...code.matchAll(/^class[ \t]+([A-Za-z_]\w*)[ \t]*\([ \t\n]*[^)\s]/gm)].map(
    (match) => match[1] ?? '',
  )
}

/** Names of the top-level functions that a module shows to others. */
export function functions(code: string): readonly string[] {
  return [...code.matchAll(/^def[ \t]+([A-Za-z]\w*)/gm)].map((match) => match[1] ?? '')
}

/**
 * `code` with what belongs to functions and classes blanked out, their parameters too, so that a search finds names
 * of the module. Names that functions declare `global` stay. `code` must come from {@link codeOnly}.
 */
export function moduleLevel(code: string): string {
  let inside = false
  return code
    .split('\n')
    .map((line) => {
      const head = /^(?:async[ \t]+)?(?:def|class)[ \t]+\w+/.exec(line)?.[0]
      // A closing bracket in the first column ends a list of parameters, not the function.
      if (head !== undefined) inside = true
      else if (/^[^\s)\]}]/.test(line)) inside = false
      if (!inside || /^[ \t]*global[ \t]/.test(line)) return line
      return (head ?? '').padEnd(line.length)
    })
    .join('\n')
}

export type FromImport = { readonly module: string; readonly names: readonly string[] }

/** Every `from module import names`; parenthesised and continued lines included, aliases by their alias. */
export function fromImports(code: string): readonly FromImport[] {
  const pattern = /^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|(?:[^\n\\]|\\\r?\n)*)/gm
  return [...code.matchAll(pattern)].map((match) => ({
    module: match[1] ?? '',
    names: (match[2] ?? '')
      .replace(/[()\\]/g, ' ')
      .split(',')
      .map(
        (name) =>
          name
            .trim()
            .split(/\s+as\s+/)
            .at(-1) ?? '',
      )
      .filter((name) => name !== ''),
  }))
}
