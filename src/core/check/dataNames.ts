import * as l10n from '@vscode/l10n'
import { isMap, isScalar, isSeq, type Node, visit } from 'yaml'
import { type Fix, textIn } from '../finding'
import {
  hasOwnLines,
  pairsOf,
  parseYamlText,
  resolved,
  topLevel,
  type YamlText,
} from '../yolov5/yamlText'

/** A class name as a yaml scalar that every reader takes for text. */
function scalar(name: string): string {
  const plain = /^[A-Za-z_][\w .()/-]*$/.test(name) && name.trim() === name
  const word = /^(?:y|n|yes|no|on|off|true|false|null)$/i.test(name)
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) return JSON.stringify(name)
  return plain && !word ? name : `'${name.replaceAll("'", "''")}'`
}

/** A name as it is written, which is what was meant: `no` and `1.0` are no text to YAML. */
function nameOf(yaml: YamlText, node: unknown): string | undefined {
  const value = resolved(yaml, node)
  return isScalar(value) && value.source !== '' ? value.source : undefined
}

function namesOf(yaml: YamlText, value: Node | null): readonly string[] | undefined {
  let nodes: readonly unknown[] = []
  if (isSeq(value)) nodes = value.items
  else if (isMap(value)) {
    const numbered = new Map(
      pairsOf(yaml, value).map(({ key, value: name }) => [
        isScalar(key) ? Number(key.value) : Number.NaN,
        name,
      ]),
    )
    nodes = Array.from({ length: numbered.size }, (_, at) => numbered.get(at))
  }
  const names = nodes.map((node) => nameOf(yaml, node))
  return names.every((name) => name !== undefined) ? names : undefined
}

/** Whether other parts of the file refer to something in a node. */
function hasAnchors(node: Node): boolean {
  let found = false
  visit(node, {
    Node(_, { anchor }: Node & { readonly anchor?: string }) {
      if (anchor !== undefined) found = true
    },
  })
  return found
}

/**
 * Rewrites `names` as a list (which every release reads) or as numbered entries (v7.0 and later). Undefined where
 * it has that form already, or its numbers don't count up from 0.
 */
export function convertNames(text: string, to: 'list' | 'dict'): Fix | undefined {
  const yaml = parseYamlText(text)
  if (yaml.errors.length > 0) return undefined
  const entry = topLevel(yaml).get('names')
  if (entry?.value == null || (to === 'list' ? isSeq(entry.value) : isMap(entry.value))) {
    return undefined
  }
  const names = namesOf(yaml, entry.value)
  if (names === undefined || names.length === 0 || hasAnchors(entry.value)) return undefined
  if (to === 'dict' && !hasOwnLines(yaml, entry)) return undefined
  const newline = /\r\n/.test(text) ? '\r\n' : '\n'
  const { start } = yaml.range(entry.key)
  const { end } = yaml.range(entry.value)
  const range = { start, end }
  const indent = ' '.repeat(start.character + 2)
  const written =
    to === 'list'
      ? `names: [${names.map(scalar).join(', ')}]`
      : `names:${names.map((name, at) => `${newline}${indent}${at}: ${scalar(name)}`).join('')}`
  return {
    kind: 'edit',
    title:
      to === 'list'
        ? l10n.t('Write “names” as a list, which every release reads')
        : l10n.t('Write “names” as numbered entries'),
    edits: [{ range, text: written }],
    // Comments beside the classes are lost.
    ...(/(?:^|\s)#/.test(textIn(text, range)) ? {} : { safe: true }),
  }
}
