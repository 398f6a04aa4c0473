import * as l10n from '@vscode/l10n'
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type Tags,
  visit,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml'
import { type Range, rangeOf } from '../finding'
import { strayTabs, withFlowsFolded } from './pyYaml'

/** A parsed yaml file whose nodes know their place. */
export type YamlText = {
  readonly document: Document
  /** The top-level mapping; undefined when the file holds something else, or nothing. */
  readonly map: YAMLMap | undefined
  readonly range: (node: Node | Pair | unknown) => Range
  /** The first line: where to show what is missing. */
  readonly top: Range
  readonly errors: readonly { readonly message: string; readonly range: Range }[]
}

/** YAML 1.1 also takes a single `y` or `n` for a boolean; PyYAML never has: to it, a class `y` is text. */
function pyYamlTags(tags: Tags): Tags {
  return tags.map((tag) => {
    if (typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:bool' || !tag.test) return tag
    const { test } = tag
    const narrow = new RegExp(`^(?![YyNn]$)(?:${test.source})`)
    return { ...tag, test: narrow }
  })
}

type Fault = { readonly message: string; readonly pos: readonly [start: number, end: number] }

/** Several rules look at one file, one after the other. */
let latest: { readonly text: string; readonly parsed: YamlText } | undefined

/**
 * Parses as PyYAML does: version 1.1 (an unquoted `no` is false), the last of duplicate keys wins, flow collections
 * in any column, no tabs for spaces. Nothing is evaluated. Where `errors` is empty, `toJS` of any node succeeds:
 * aliases have their anchors, and expand to no more than the library's default allows.
 */
export function parseYamlText(text: string): YamlText {
  if (latest?.text !== text) latest = { text, parsed: parse(text) }
  return latest.parsed
}

function parse(text: string): YamlText {
  const lines = new LineCounter()
  let document = documentOf(text, lines)
  let folded: string | undefined
  if (document.errors.some(({ code }) => code === 'BAD_INDENT')) {
    folded = withFlowsFolded(text)
    if (folded !== undefined) document = documentOf(folded)
  }
  const firstLine = text.search(/\r?\n|$/)
  const top = rangeOf(lines, 0, Math.max(0, firstLine))
  const map = isMap(document.contents) ? document.contents : undefined
  // PyYAML stops at the first as well; what follows is the parser's guess.
  const faults: Fault[] = document.errors
    .slice(0, 1)
    .map((error) => keyColon(text, document, error) ?? faultOf(error))
  const faulty = new Set(faults.map(({ pos }) => lines.linePos(pos[0]).line))
  for (const at of strayTabs(folded ?? text)) {
    const { line } = lines.linePos(at)
    if (faulty.has(line)) continue
    faulty.add(line)
    faults.push({ message: l10n.t('YAML takes no tab here: write spaces.'), pos: [at, at + 1] })
  }
  if (faults.length === 0) faults.push(...aliasFaults(document))
  return {
    document,
    map,
    top,
    range: (node) => {
      const at = (node as { readonly range?: readonly number[] | null } | null | undefined)?.range
      if (at?.[0] === undefined) return top
      const [start, end = start] = at
      // The library lets blocks end where the next line starts.
      return rangeOf(lines, start, start + text.slice(start, end).trimEnd().length)
    },
    errors: faults.map(({ message, pos }) => ({
      message,
      range: rangeOf(lines, pos[0], pos[1]),
    })),
  }
}

/**
 * A key whose colon is none to YAML, which stumbles over it or the next line: a full-width one, or one without a
 * space.
 */
function keyColon(text: string, document: Document, { pos }: YAMLParseError): Fault | undefined {
  const from = lineBefore(text, pos[0])
  const found = [...text.matchAll(KEY_COLON)].find(
    ({ index }) => index >= from && index < pos[1] && !isQuoted(document, index),
  )
  if (found === undefined) return undefined
  const end = found.index + found[0].length
  return {
    message:
      found[1] === ':'
        ? l10n.t('YAML wants a space after this colon.')
        : l10n.t('This is a full-width colon: write “:” and a space.'),
    pos: [end - 1, end],
  }
}

const KEY_COLON = /^[ \t]*\w+[ \t]*(：|:(?![\s:\\]|\/\/|$))/gmu

/** Where the last line with more than a comment starts that stands before the line of an offset. */
function lineBefore(text: string, offset: number): number {
  const lines = text.slice(0, offset).split('\n')
  lines.pop()
  while (/^[ \t]*(?:#.*)?\r?$/.test(lines.at(-1) ?? 'x')) lines.pop()
  lines.pop()
  return lines.reduce((sum, { length }) => sum + length + 1, 0)
}

/** Whether an offset lies in a text in quotes or a block, where a colon is one of its letters. */
function isQuoted(document: Document, offset: number): boolean {
  let quoted = false
  visit(document, {
    Scalar(_, { type, range }) {
      if (type === undefined || type === 'PLAIN' || !range) return undefined
      if (range[0] > offset || offset >= range[1]) return undefined
      quoted = true
      return visit.BREAK
    },
  })
  return quoted
}

/** The library's own messages, where they say what a person can do. */
function faultOf({ code, message, pos }: YAMLParseError): Fault {
  switch (code) {
    case 'BAD_DQ_ESCAPE':
      return {
        message: l10n.t(
          'Between double quotes a backslash starts an escape: write a path between single quotes.',
        ),
        pos,
      }
    case 'MULTIPLE_DOCS':
      return { message: l10n.t('A second document starts here; YOLOv5 reads only one.'), pos }
    default:
      return { message, pos }
  }
}

function documentOf(text: string, lineCounter?: LineCounter): Document.Parsed {
  return parseDocument(text, {
    version: '1.1',
    customTags: pyYamlTags,
    ...(lineCounter === undefined ? {} : { lineCounter }),
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  })
}

/** What makes `toJS` throw: aliases without an anchor before them, and what they may not be or grow to. */
function aliasFaults(document: Document): readonly Fault[] {
  const anchors = new Set<string>()
  const faults: Fault[] = []
  let first: Fault['pos'] | undefined
  const posOf = ({ range }: Node): Fault['pos'] => [range?.[0] ?? 0, range?.[1] ?? 0]
  visit(document, {
    Node(_, node, path) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor)
        return
      }
      first ??= posOf(node)
      const { source } = node
      // What holds itself has an anchor, but no end.
      const isEndless = path.some((above) => isNode(above) && above.anchor === source)
      if (anchors.has(source) && !isEndless) return
      faults.push({
        message: l10n.t('There is no anchor “&{0}” before this alias.', source),
        pos: posOf(node),
      })
    },
  })
  if (faults.length > 0) return faults
  try {
    document.toJS()
    return []
  } catch (error) {
    if (first === undefined) return [{ message: String(error), pos: [0, 0] }]
    return [{ message: l10n.t('The aliases of this file stand for too much.'), pos: first }]
  }
}

/** What an alias stands for; other nodes as they are. */
export function resolved({ document }: YamlText, node: unknown): Node | null {
  if (isAlias(node)) return node.resolve(document) ?? null
  return isNode(node) ? node : null
}

export type Entry = { readonly key: Node; readonly value: Node | null }

/**
 * The pairs of a mapping as PyYAML has them: what `<<` merges comes before the mapping's own. Of equal keys the last
 * is the one that counts.
 */
export function pairsOf(yaml: YamlText, map: YAMLMap): readonly Entry[] {
  const merged: Entry[] = []
  const own: Entry[] = []
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue
    if (typeof key.value !== 'symbol') own.push({ key, value: value as Node | null })
    // Before errors are looked at, what is merged may hold itself.
    else if (yaml.errors.length === 0) merged.push(...mergedPairs(yaml, value))
  }
  return [...merged, ...own]
}

/** Of several mappings in a list the first counts. */
function mergedPairs(yaml: YamlText, value: unknown): readonly Entry[] {
  const node = resolved(yaml, value)
  if (isMap(node)) return pairsOf(yaml, node)
  return isSeq(node) ? [...node.items].reverse().flatMap((item) => mergedPairs(yaml, item)) : []
}

/** The top-level pairs with plain keys, merged ones among them. */
export function topLevel(yaml: YamlText): ReadonlyMap<string, Entry> {
  const pairs = yaml.map === undefined ? [] : pairsOf(yaml, yaml.map)
  return new Map(pairs.map((pair) => [String((pair.key as Scalar).value), pair]))
}

/** Whether a value is there to be merged elsewhere, under whatever key. */
export function isForMerging(value: Node | null): boolean {
  return isMap(value) && value.anchor !== undefined
}

/** Whether a pair stands in the top-level block itself, on lines of its own: not in braces, nor merged from elsewhere. */
export function hasOwnLines({ map }: YamlText, { key }: Entry): boolean {
  return map !== undefined && !map.flow && map.items.some((pair) => pair.key === key)
}

/** The lines of such a pair, to take it out. */
export function linesOf(yaml: YamlText, { key, value }: Entry): Range {
  const { line } = yaml.range(key).start
  const end = yaml.range(value ?? key).end.line + 1
  return { start: { line, character: 0 }, end: { line: end, character: 0 } }
}
