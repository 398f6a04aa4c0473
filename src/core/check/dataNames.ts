import * as l10n from '@vscode/l10n'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Fix } from '../finding'
import { parseYamlText, topLevel, type YamlText } from '../yolov5/yamlText'

/** A class name as a yaml scalar that every reader takes for text. */
function scalar(name: string): string {
  const plain = /^[A-Za-z_][\w .()/-]*$/.test(name) && name.trim() === name
  const word = /^(?:y|n|yes|no|on|off|true|false|null)$/i.test(name)
  return plain && !word ? name : `'${name.replaceAll("'", "''")}'`
}

function namesOf(yaml: YamlText): readonly string[] | undefined {
  const value = topLevel(yaml).get('names')?.value
  if (isSeq(value)) return value.items.map((item) => (isScalar(item) ? String(item.value) : '?'))
  if (!isMap(value)) return undefined
  const entries = value.items.map(({ key, value: name }) => ({
    number: Number(isScalar(key) ? key.value : Number.NaN),
    name: isScalar(name) ? String(name.value) : '?',
  }))
  entries.sort((a, b) => a.number - b.number)
  return entries.every(({ number }, at) => number === at)
    ? entries.map(({ name }) => name)
    : undefined
}

/**
 * Rewrites `names` as a list (which every release reads) or as numbered entries (v7.0 and later). Undefined where
 * it has that form already, or its numbers don't count up from 0.
 */
export function convertNames(text: string, to: 'list' | 'dict'): Fix | undefined {
  const yaml = parseYamlText(text)
  if (yaml.errors.length > 0) return undefined
  const entry = topLevel(yaml).get('names')
  const names = namesOf(yaml)
  if (entry === undefined || names === undefined || names.length === 0) return undefined
  if (to === 'list' ? isSeq(entry.value) : isMap(entry.value)) return undefined
  const newline = /\r\n/.test(text) ? '\r\n' : '\n'
  const { start } = yaml.range(entry.key)
  const { end } = yaml.range(entry.value)
  const written =
    to === 'list'
      ? `names: [${names.map(scalar).join(', ')}]`
      : `names:${names.map((name, at) => `${newline}  ${at}: ${scalar(name)}`).join('')}`
  // A block's range ends at the start of the line after it.
  const text1 = end.character === 0 && end.line > start.line ? `${written}${newline}` : written
  return {
    kind: 'edit',
    title:
      to === 'list'
        ? l10n.t('Write “names” as a list, which every release reads')
        : l10n.t('Write “names” as numbered entries'),
    edits: [{ range: { start, end }, text: text1 }],
    safe: true,
  }
}
