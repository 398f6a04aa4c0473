import {
  type Document,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Tags,
  type YAMLMap,
} from 'yaml'
import { type Range, rangeOf } from '../finding'

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

/** Several rules look at one file, one after the other. */
let latest: { readonly text: string; readonly parsed: YamlText } | undefined

/**
 * Parses as PyYAML does: version 1.1 (an unquoted `no` is false), the last of duplicate keys wins. Nothing is
 * evaluated; aliases are limited by the library's default.
 */
export function parseYamlText(text: string): YamlText {
  if (latest?.text !== text) latest = { text, parsed: parse(text) }
  return latest.parsed
}

function parse(text: string): YamlText {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.1',
    customTags: pyYamlTags,
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
  })
  const firstLine = text.search(/\r?\n|$/)
  const top = rangeOf(lines, 0, Math.max(0, firstLine))
  const map = isMap(document.contents) ? document.contents : undefined
  return {
    document,
    map,
    top,
    range: (node) => {
      const at = (node as { readonly range?: readonly number[] | null } | null | undefined)?.range
      return at?.[0] === undefined ? top : rangeOf(lines, at[0], at[1] ?? at[0])
    },
    errors: document.errors.map(({ message, pos }) => ({
      message,
      range: rangeOf(lines, pos[0], pos[1]),
    })),
  }
}

/** The top-level pairs with plain string keys, in order; the last of equal keys is the one that counts. */
export function topLevel(
  yaml: YamlText,
): ReadonlyMap<string, { readonly key: Node; readonly value: Node | null }> {
  const pairs = new Map<string, { readonly key: Node; readonly value: Node | null }>()
  for (const { key, value } of yaml.map?.items ?? []) {
    if (isScalar(key)) pairs.set(String(key.value), { key, value: value as Node | null })
  }
  return pairs
}

/**
 * What kind of yaml a text is, by its top-level keys: a model, a data set, a hyperparameter file, or none of
 * them (models/hub/anchors.yaml, CI configuration).
 */
export function yamlKind(text: string): 'model' | 'data' | 'hyp' | undefined {
  const has = (name: string): boolean => new RegExp(`^["']?${name}["']?[ \\t]*:`, 'm').test(text)
  if (has('backbone') || has('head')) return 'model'
  if (has('lr0') || has('momentum') || has('weight_decay')) return 'hyp'
  if ((has('train') && (has('val') || has('names') || has('nc'))) || (has('names') && has('nc'))) {
    return 'data'
  }
  return undefined
}
