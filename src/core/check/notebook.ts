import { type Finding, type Fix, rangesIn } from '../finding'
import type { Snippet } from './snippet'

/** A JSON value's place; strings and the insides of what is not asked for are never decoded. */
type Node = {
  readonly start: number
  readonly end: number
  readonly items?: readonly Node[]
  readonly fields?: ReadonlyMap<string, Node>
}

const MAX_DEPTH = 64

/** Just enough of a JSON reader to know where strings lie; throws on what is no JSON. */
class Places {
  constructor(private readonly text: string) {}

  value(from: number, depth = 0): Node {
    const start = this.blank(from)
    const first = this.text[start]
    if (depth > MAX_DEPTH || first === undefined) throw new SyntaxError('no value')
    if (first === '"') return { start, end: this.stringEnd(start) }
    if (first === '[') return this.list(start, depth)
    if (first === '{') return this.object(start, depth)
    const literal = /[-+.\w]+/y
    literal.lastIndex = start
    if (!literal.test(this.text)) throw new SyntaxError('no value')
    return { start, end: literal.lastIndex }
  }

  private list(start: number, depth: number): Node {
    const items: Node[] = []
    let at = this.blank(start + 1)
    while (this.text[at] !== ']') {
      const item = this.value(at, depth + 1)
      items.push(item)
      at = this.after(item.end, ']')
    }
    return { start, end: at + 1, items }
  }

  private object(start: number, depth: number): Node {
    const fields = new Map<string, Node>()
    let at = this.blank(start + 1)
    while (this.text[at] !== '}') {
      if (this.text[at] !== '"') throw new SyntaxError('no key')
      const keyEnd = this.stringEnd(at)
      const colon = this.blank(keyEnd)
      if (this.text[colon] !== ':') throw new SyntaxError('no colon')
      const value = this.value(colon + 1, depth + 1)
      fields.set(this.text.slice(at + 1, keyEnd - 1), value)
      at = this.after(value.end, '}')
    }
    return { start, end: at + 1, fields }
  }

  /** Past a comma, or at the closing bracket. */
  private after(end: number, close: string): number {
    const at = this.blank(end)
    if (this.text[at] === ',') return this.blank(at + 1)
    if (this.text[at] !== close) throw new SyntaxError('no comma')
    return at
  }

  private blank(from: number): number {
    let at = from
    while (/\s/.test(this.text[at] ?? '')) at++
    return at
  }

  private stringEnd(start: number): number {
    for (let at = this.text.indexOf('"', start + 1); at >= 0; at = this.text.indexOf('"', at + 1)) {
      let slashes = 0
      while (this.text[at - 1 - slashes] === '\\') slashes++
      if (slashes % 2 === 0) return at + 1
    }
    throw new SyntaxError('open string')
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** The characters of JSON strings, and where each begins and ends in the file. */
function decode(
  json: string,
  strings: readonly Node[],
): { text: string; offsets: number[]; ends: number[] } {
  let text = ''
  const offsets: number[] = []
  const ends: number[] = []
  let last = 0
  for (const { start, end } of strings) {
    for (let at = start + 1; at < end - 1; ) {
      offsets.push(at)
      if (json[at] !== '\\') {
        text += json[at++]
        ends.push(at)
        continue
      }
      const kind = json[at + 1] ?? ''
      if (kind === 'u') {
        text += String.fromCharCode(Number.parseInt(json.slice(at + 2, at + 6), 16) || 0xfffd)
        at += 6
      } else {
        text += Object.hasOwn(ESCAPES, kind) ? ESCAPES[kind] : kind
        at += 2
      }
      ends.push(at)
    }
    last = end - 1
  }
  offsets.push(last)
  return { text, offsets, ends }
}

/**
 * The code cells of a notebook, each with its place in the file; empty for what is no notebook, or one of another
 * language than Python.
 */
export function codeCells(json: string): readonly Snippet[] {
  let root: Node
  try {
    root = new Places(json).value(0)
  } catch {
    return []
  }
  const language = root.fields?.get('metadata')?.fields?.get('kernelspec')?.fields?.get('language')
  if (language !== undefined && !/python/i.test(json.slice(language.start, language.end))) return []
  const range = rangesIn(json)
  return (root.fields?.get('cells')?.items ?? []).flatMap((cell): Snippet[] => {
    const kind = cell.fields?.get('cell_type')
    const source = cell.fields?.get('source')
    if (kind === undefined || source === undefined) return []
    if (json.slice(kind.start, kind.end) !== '"code"') return []
    const strings = (source.items ?? [source]).filter(({ start }) => json[start] === '"')
    const { text, offsets, ends } = decode(json, strings)
    const at = (offset: number): number => offsets[offset] ?? offsets.at(-1) ?? 0
    // A range ends after its last character, not at the next one, which may lie in another string.
    const past = (end: number): number => (end === 0 ? at(0) : (ends[end - 1] ?? at(end)))
    return [{ text, range: (start, end) => range(at(start), Math.max(at(start), past(end))) }]
  })
}

/** A finding in a notebook's file, whose edits stand inside the strings of its JSON. */
export function inNotebook(finding: Finding): Finding {
  const { suggestion, fixes } = finding
  return {
    ...finding,
    ...(suggestion === undefined ? {} : { suggestion: inString(suggestion) }),
    ...(fixes === undefined ? {} : { fixes: fixes.map(inJson) }),
  }
}

function inJson(fix: Fix): Fix {
  if (fix.kind !== 'edit') return fix
  return { ...fix, edits: fix.edits.map(({ range, text }) => ({ range, text: inString(text) })) }
}

/** A text as it stands between the quotes of a JSON string. */
function inString(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
