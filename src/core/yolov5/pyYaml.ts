import { CST, Lexer } from 'yaml'

/** Where the library's grammar (YAML 1.2) and PyYAML's scanner part. */

/** Flow collections to mend in one file; each takes another pass through it. */
const MAX_FLOWS = 100

const WORD = String.raw`(?:[^\s,[\]{}:]|:(?![\s,[\]{}]|$))+`
const FLOW_TOKENS = new RegExp(
  [
    String.raw`(?<quoted>"(?:\\[\s\S]|[^"\\])*"|'(?:''|[^'])*')`,
    String.raw`(?<comment>#[^\r\n]*)`,
    String.raw`(?<break>\r\n|\r|\n)`,
    String.raw`(?<plain>${WORD}(?:[ \t]+(?!#)${WORD})*)`,
    String.raw`(?<mark>[,[\]{}:])`,
    String.raw`[ \t]+`,
  ].join('|'),
  'gy',
)

/**
 * The text with the line breaks and comments of flow collections made spaces, where a collection goes on in a column
 * that YAML 1.2 takes for its end; PyYAML does not look at columns there. Offsets stay. Undefined where there is
 * nothing to mend, or PyYAML would refuse it as well.
 */
export function withFlowsFolded(text: string): string | undefined {
  let folded: string | undefined
  for (let pass = 0; pass < MAX_FLOWS; pass++) {
    const start = cutFlow(folded ?? text)
    if (start === undefined) return folded
    const next = foldFlow(folded ?? text, start)
    if (next === undefined) return undefined
    folded = next
  }
  return undefined
}

/** Offset of the first flow collection that the lexer takes to end with a line, before its bracket closes. */
function cutFlow(text: string): number | undefined {
  let offset = 0
  let depth = 0
  let start = 0
  for (const token of new Lexer().lex(text)) {
    if (token === CST.FLOW_END) return start
    if (token === '[' || token === '{') {
      if (depth === 0) start = offset
      depth++
    } else if (token === ']' || token === '}') depth--
    offset += lengthOf(token)
  }
  return undefined
}

/** Length in the text: what the lexer says about its tokens has none. */
function lengthOf(token: string): number {
  return token === CST.DOCUMENT || token === CST.FLOW_END || token === CST.SCALAR ? 0 : token.length
}

function foldFlow(text: string, start: number): string | undefined {
  let out = text.slice(0, start)
  let line = 0
  /** Lines on which the open collections started, and the latest node. */
  const open: number[] = []
  let node: number | undefined
  let isPlain = false
  let isCut = false
  const tokens = new RegExp(FLOW_TOKENS)
  tokens.lastIndex = start
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const [token] = match
    const { quoted, comment, break: newline, plain, mark } = match.groups ?? {}
    out += newline !== undefined || comment !== undefined ? ' '.repeat(token.length) : token
    if (newline !== undefined) {
      line++
      if (/^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(tokens.lastIndex, tokens.lastIndex + 4))) {
        return undefined
      }
    } else if (plain !== undefined) {
      // Plain text goes on in the next line, unless a comment ended it.
      if (isCut) return undefined
      if (!isPlain) node = line
      isPlain = true
    } else if (quoted !== undefined) {
      node = line
      line += quoted.split(/\r\n|\r|\n/).length - 1
      isPlain = false
    } else if (mark !== undefined) {
      isPlain = false
      isCut = false
      // A key must stand on one line with its colon.
      if (mark === ':' && node !== undefined && node !== line) return undefined
      if (mark === '[' || mark === '{') open.push(line)
      node = mark === ']' || mark === '}' ? open.pop() : undefined
      if (open.length === 0) {
        const isKey = /^[ \t]*:(?:\s|$)/.test(text.slice(tokens.lastIndex))
        return isKey ? undefined : out + text.slice(tokens.lastIndex)
      }
    } else if (comment !== undefined) isCut ||= isPlain
  }
  return undefined
}

/** Offsets of tabs where PyYAML takes none for a space: all but those in quotes, comments and block scalars. */
export function strayTabs(text: string): readonly number[] {
  if (!text.includes('\t')) return []
  const found: number[] = []
  let offset = 0
  let isScalar = false
  let isBlock = false
  for (const token of new Lexer().lex(text)) {
    const isText = isScalar || /^[ \t]/.test(token)
    const tabs = isScalar && isBlock ? tabsInIndent(token) : isText ? tabsIn(token) : []
    found.push(...tabs.map((at) => offset + at))
    if (isScalar) isBlock = false
    isScalar = token === CST.SCALAR
    if (CST.tokenType(token) === 'block-scalar-header') isBlock = true
    offset += lengthOf(token)
  }
  return found
}

function tabsIn(token: string): readonly number[] {
  return [...token.matchAll(/\t/g)].map(({ index }) => index)
}

/** Tabs of a block scalar that come before its text does. */
function tabsInIndent(block: string): readonly number[] {
  const indent = /^ *(?=[^ \r\n])/m.exec(block)?.[0].length ?? 0
  return [...block.matchAll(/^( *)\t/gm)]
    .filter(([, spaces = '']) => spaces.length < indent)
    .map(({ index, 1: spaces = '' }) => index + spaces.length)
}
