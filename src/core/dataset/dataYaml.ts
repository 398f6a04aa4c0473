import * as l10n from '@vscode/l10n'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Finding, Range } from '../finding'
import { nearest } from '../yolov5/nearest'
import type { Capabilities, Detection } from '../yolov5/release'
import {
  type Entry,
  isForMerging,
  pairsOf,
  parseYamlText,
  resolved,
  topLevel,
  type YamlText,
} from '../yolov5/yamlText'
import { isCocoJson, isKnownKey, meantKey, suggestedKeys } from './dataKeys'

/** Image folders or list files under one key, as the yaml has them. */
export type DataPaths = readonly string[]

export type DataPart = 'train' | 'val' | 'test'

/** A data.yaml as data; what is missing or malformed is left out, and named in `findings`. */
export type DataYaml = {
  readonly path?: string
  readonly train?: DataPaths
  readonly val?: DataPaths
  readonly test?: DataPaths
  /** Those of them that are lists, of which YOLOv5 looks for each entry as it stands. */
  readonly lists: readonly DataPart[]
  readonly nc?: number
  readonly names?: readonly string[]
  readonly download?: string
  readonly findings: readonly Finding[]
}

type Add = (
  code: Finding['code'],
  severity: Finding['severity'],
  message: string,
  range: Range,
  suggestion?: string,
) => void

type Context = {
  readonly yaml: YamlText
  readonly keys: ReadonlyMap<string, Entry>
  readonly detection: Detection
  readonly add: Add
}

function valueRange({ yaml }: Context, { key, value }: Entry): Range {
  return yaml.range(value ?? key)
}

function plain({ yaml, keys }: Context, key: string): unknown {
  const value = keys.get(key)?.value
  // An empty value and `~` mean that there is none, as for Python's `.get(key)`.
  return value?.toJS(yaml.document) ?? undefined
}

/** What `data-yaml/missing-key` says of a key. */
export function missingKeyText(key: string, { release }: Detection): string {
  return l10n.t('The key “{0}” is missing: YOLOv5 {1} needs it.', key, release)
}

function checkKeys({ yaml, keys, detection, add }: Context): void {
  const { capabilities, release } = detection
  for (const [name, { key, value }] of keys) {
    if (isKnownKey(name, capabilities) || isForMerging(value)) continue
    const suggestion = meantKey(name) ?? nearest(name, suggestedKeys)
    const ignored = l10n.t('YOLOv5 {0} does not read the key “{1}”.', release, name)
    const free = suggestion !== undefined && !keys.has(suggestion) ? suggestion : undefined
    add(
      'data-yaml/unknown-key',
      'warning',
      free === undefined ? ignored : `${ignored} ${l10n.t('Did you mean {0}?', free)}`,
      yaml.range(key),
      free,
    )
  }
  const coco = isCocoJson(keys.keys(), capabilities)
  for (const name of coco ? [] : capabilities.dataKeys) {
    if (keys.has(name)) continue
    add('data-yaml/missing-key', 'error', missingKeyText(name, detection), yaml.top)
  }
  if (!coco && !keys.has('names') && !capabilities.dataKeys.includes('names')) {
    add(
      'data-yaml/default-names',
      'information',
      l10n.t('Without “names” the classes are called class0, class1 and so on.'),
      yaml.top,
    )
  }
}

/** `"C:\new\train"` has a line break and a tab in it. */
function checkEscapes({ yaml, keys, add }: Context, key: DataPart | 'path'): void {
  const value = keys.get(key)?.value
  for (const node of isSeq(value) ? value.items : [value]) {
    if (!isScalar(node) || node.type !== 'QUOTE_DOUBLE' || !/\p{Cc}/u.test(String(node.value)))
      continue
    add(
      'data-yaml/value',
      'warning',
      l10n.t(
        'Between double quotes a backslash starts an escape: write a path between single quotes.',
      ),
      yaml.range(node),
    )
  }
}

function readPaths(context: Context, key: DataPart): DataPaths | undefined {
  const entry = context.keys.get(key)
  if (entry === undefined) return undefined
  const value = plain(context, key)
  checkEscapes(context, key)
  if (typeof value === 'string' && value !== '') return [value]
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) {
    return value as string[]
  }
  // `test:` without a value is how the stock files say that there is none.
  if (key === 'test' && value === undefined) return undefined
  context.add(
    'data-yaml/value',
    'error',
    l10n.t('“{0}” must be a folder, a list file, or a list of them.', key),
    valueRange(context, entry),
  )
  return undefined
}

/** The number that a key of `names` is to the release: v7.0 takes no quoted one. */
function numberOf(entry: Entry, dictNames: boolean): number {
  const isNumber = isScalar(entry.key) && typeof entry.key.value === 'number'
  return dictNames && !isNumber ? Number.NaN : Number(keyText(entry))
}

function keyText({ key }: Entry): string {
  return isScalar(key) ? String(key.value) : ''
}

function isDigits(entry: Entry): boolean {
  return /^\d+$/.test(keyText(entry))
}

function readNames(context: Context): readonly string[] | undefined {
  const { keys, detection, yaml, add } = context
  const { dictNames } = detection.capabilities
  const entry = keys.get('names')
  if (entry === undefined) return undefined
  const value = resolved(yaml, entry.value)
  if (!isSeq(value) && !isMap(value)) {
    add(
      'data-yaml/value',
      'error',
      l10n.t('“names” must list the class names.'),
      valueRange(context, entry),
    )
    return undefined
  }
  const pairs = isMap(value) ? pairsOf(yaml, value) : []
  if (isMap(value)) {
    if (!dictNames) {
      add(
        'data-yaml/dict-names',
        // It trains, and then calls the classes by their numbers (ran, v5.0 to v6.2).
        'warning',
        l10n.t(
          'YOLOv5 {0} takes the numbers of “names” for the names: write them as a list.',
          detection.release,
        ),
        yaml.range(entry.key),
      )
    }
    const numbers = pairs.map((pair) => numberOf(pair, dictNames))
    const isQuoted = numbers.some(Number.isNaN) && pairs.every(isDigits)
    if (!numbers.every((number, at) => number === at)) {
      add(
        'data-yaml/names-keys',
        numbers.every(Number.isInteger) ? 'warning' : 'error',
        isQuoted
          ? l10n.t('The numbers of “names” are text: take the quotes away.')
          : l10n.t('The numbers of “names” must count up from 0: labels refer to them.'),
        yaml.range(entry.key),
      )
    }
  }
  // Of equal numbers the last counts, and an object has its numbers in order.
  const byNumber = (): readonly unknown[] =>
    Object.values(Object.fromEntries(pairs.map((pair) => [keyText(pair), pair.value])))
  const nodes = isSeq(value) ? value.items : byNumber()
  const all = nodes.map((node): unknown => resolved(yaml, node)?.toJS(yaml.document))
  all.forEach((name, at) => {
    if (typeof name === 'string' || typeof name === 'number') return
    const range = yaml.range(nodes[at])
    if (isScalar(resolved(yaml, nodes[at])) || name === undefined) {
      const read = name instanceof Date ? name.toISOString().slice(0, 10) : String(name ?? null)
      const message = l10n.t('Class {0} reads as {1}: put its name in quotes.', at, read)
      add('data-yaml/name-type', 'warning', message, range)
    } else {
      const message = l10n.t('Class {0} is a list or a mapping: write its name alone.', at)
      add('data-yaml/value', 'warning', message, range)
    }
  })
  return all.map(String)
}

function readNc(context: Context, names: readonly string[] | undefined): number | undefined {
  const { keys, detection, add } = context
  const entry = keys.get('nc')
  const written = plain(context, 'nc')
  const counted = !detection.capabilities.dataKeys.includes('nc')
  // Where the names are counted, an empty `nc` says nothing.
  if (entry === undefined || (counted && written === undefined)) return undefined
  // `int(data['nc'])` takes digits in quotes; making up names, `range(data['nc'])`, does not.
  const isText = typeof written === 'string' && /^\s*\d+\s*$/.test(written)
  const value = isText && (counted || names !== undefined) ? Number(written) : written
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    add(
      'data-yaml/value',
      'error',
      l10n.t('“nc” must be the number of classes.'),
      valueRange(context, entry),
    )
    return undefined
  }
  if (names !== undefined && names.length !== value) {
    const mismatch = l10n.t('“nc” is {0}, but “names” has {1} entries.', value, names.length)
    add(
      'data-yaml/nc-mismatch',
      counted ? 'warning' : 'error',
      counted
        ? `${mismatch} ${l10n.t('YOLOv5 {0} counts the names.', detection.release)}`
        : mismatch,
      valueRange(context, entry),
      names.length === 0 ? undefined : String(names.length),
    )
  }
  return value
}

function readPath(context: Context): string | undefined {
  const { keys, detection, yaml, add } = context
  const entry = keys.get('path')
  const value = plain(context, 'path')
  // An empty path is none, to every release.
  if (entry === undefined || value === undefined || value === '') return undefined
  if (!detection.capabilities.dataPath) {
    add(
      'data-yaml/path-ignored',
      'warning',
      l10n.t('YOLOv5 {0} does not read “path”: write it into train and val.', detection.release),
      yaml.range(entry.key),
    )
    return undefined
  }
  checkEscapes(context, 'path')
  if (typeof value === 'string') return value
  add('data-yaml/value', 'error', l10n.t('“path” must be a folder.'), valueRange(context, entry))
  return undefined
}

/** Reads a data.yaml for the detected release. Nothing on disk is looked at, nothing is evaluated. */
export function parseDataYaml(text: string, detection: Detection): DataYaml {
  const findings: Finding[] = []
  const add: Add = (code, severity, message, range, suggestion) => {
    findings.push({
      code,
      message,
      severity,
      range,
      ...(suggestion === undefined ? {} : { suggestion }),
    })
  }
  const yaml = parseYamlText(text)
  for (const { message, range } of yaml.errors) add('data-yaml/syntax', 'error', message, range)
  if (yaml.map === undefined || findings.length > 0) {
    if (findings.length === 0) {
      add(
        'data-yaml/syntax',
        'error',
        l10n.t('A data.yaml is a mapping with train, val and names.'),
        yaml.top,
      )
    }
    return { lists: [], findings }
  }
  const context: Context = { yaml, keys: topLevel(yaml), detection, add }
  checkKeys(context)
  const path = readPath(context)
  const train = readPaths(context, 'train')
  const val = readPaths(context, 'val')
  const test = readPaths(context, 'test')
  const parts = ['train', 'val', 'test'] as const
  const lists = parts.filter((key) => Array.isArray(plain(context, key)))
  const names = readNames(context)
  const nc = readNc(context, names)
  const download = plain(context, 'download')
  return {
    ...(path === undefined ? {} : { path }),
    ...(train === undefined ? {} : { train }),
    ...(val === undefined ? {} : { val }),
    ...(test === undefined ? {} : { test }),
    lists,
    ...(nc === undefined ? {} : { nc }),
    ...(names === undefined ? {} : { names }),
    ...(typeof download === 'string' ? { download } : {}),
    findings,
  }
}

/**
 * What the detected release would not understand in a data.yaml. `file` is the yaml's path; its folders are
 * not looked at, since data sets may be fetched later.
 */
export function checkDataYaml(
  text: string,
  _file: string,
  detection: Detection,
): readonly Finding[] {
  return parseDataYaml(text, detection).findings
}

/** Classes of a parsed data.yaml, as the release counts and names them. */
export function classesOf(
  { nc, names }: DataYaml,
  { dataKeys }: Capabilities,
): { readonly nc: number; readonly names: readonly string[] } | undefined {
  const count = dataKeys.includes('nc') ? nc : names?.length
  if (count === undefined) return undefined
  return { nc: count, names: names ?? Array.from({ length: count }, (_, i) => `class${i}`) }
}
