import { isMap, isScalar, isSeq } from 'yaml'
import { isDataKey, meantKey } from '../dataset/dataKeys'
import { parseYamlText, resolved, topLevel } from './yamlText'

export type YamlKind = 'model' | 'data' | 'hyp'

/** Keys that are in no other files: configurations of other tools have a `momentum`, a `backbone`, `names` too. */
const MODEL_ONLY = ['depth_multiple', 'width_multiple']
const HYP_ONLY =
  'lr0 lrf warmup_epochs warmup_momentum warmup_bias_lr box obj cls_pw obj_pw iou_t anchor_t fl_gamma hsv_h hsv_s hsv_v degrees translate shear perspective flipud fliplr mosaic mixup copy_paste'.split(
    ' ',
  )

/** Keys that each kind has; one that is being written may have few of them. */
const KEYS: Readonly<Record<YamlKind, readonly string[]>> = {
  model: ['nc', 'anchors', 'backbone', 'head', ...MODEL_ONLY],
  data: ['path', 'train', 'val', 'test', 'nc', 'names', 'download'],
  hyp: [...HYP_ONLY, 'momentum', 'weight_decay', 'scale', 'cls'],
}

/** Keys of a data.yaml that say more than that there is some data. */
const DATA_ONLY = ['train', 'val', 'nc', 'names']

/** Settings of a whole run, as ultralytics' args.yaml has them: hyperparameters are some of them. */
const RUN = ['model', 'data', 'epochs']

/** Whether a text has several of them: people note one beside their hyperparameters, too. */
function isRun(text: string): boolean {
  return RUN.filter((name) => hasKey(text, name)).length >= 2
}

function hasKey(text: string, name: string): boolean {
  return new RegExp(`^["']?${name}["']?[ \\t]*:`, 'm').test(text)
}

/** Hyperparameters to tell a hyperparameter file by. */
const FEWEST_HYP = 3

/**
 * What kind of yaml a text is, by its top-level keys: a model, a data set, a hyperparameter file, or none of
 * them (models/hub/anchors.yaml, CI configuration, files of other tools).
 */
export function yamlKind(text: string): YamlKind | undefined {
  const has = (name: string): boolean => hasKey(text, name)
  if (MODEL_ONLY.some(has)) return 'model'
  if ((has('backbone') || has('head')) && isList(text, ['backbone', 'head'])) return 'model'
  if (!isRun(text)) {
    const known = HYP_ONLY.filter(has).length
    const usual = has('lr0') && (has('momentum') || has('weight_decay'))
    if (usual || known >= FEWEST_HYP) return 'hyp'
  }
  const parts = ['train', 'val'].filter(has)
  const more = has('names') || has('nc')
  if (parts.length === 0) return namesClasses(text) ? 'data' : undefined
  const isData = parts.length === 2 || more
  return isData && arePlaces(text, parts) ? 'data' : undefined
}

/**
 * Whether a file may be of the kind that its place speaks for: it has a key of it, or nothing can be told of its keys.
 */
export function mayBe(kind: YamlKind, text: string): boolean {
  const yaml = parseYamlText(text)
  if (yaml.errors.length > 0 || yaml.map === undefined) return true
  const keys = topLevel(yaml)
  return keys.size === 0 || KEYS[kind].some((name) => keys.has(name))
}

/** Whether a file is of the kind that only its name speaks for, as other tools' files have such names. */
export function isNamed(kind: 'data' | 'hyp', text: string): boolean {
  const keys = keysOf(text)
  const has = (name: string): boolean => keys.includes(name)
  if (kind === 'hyp') return HYP_ONLY.some(has) && !isRun(text)
  return DATA_ONLY.some(has) && arePlaces(text, ['train', 'val'])
}

/** Names of the top-level keys, as far as can be told. */
function keysOf(text: string): readonly string[] {
  const yaml = parseYamlText(text)
  if (yaml.errors.length === 0) return [...topLevel(yaml).keys()]
  return [...text.matchAll(/^["']?([\w-]+)["']?[ \t]*:/gm)].map(([, name = '']) => name)
}

/**
 * Whether a text counts and names classes, and says where images lie under a key of another name, or nothing else:
 * settings of an application that uses a model have counts and names, too.
 */
function namesClasses(text: string): boolean {
  const keys = keysOf(text)
  if (!keys.includes('nc') || !keys.includes('names')) return false
  const meant = keys.filter((key) => /^(?:train|val)$/.test(meantKey(key) ?? ''))
  if (meant.length === 0 && !keys.every(isDataKey)) return false
  return arePlaces(text, [...meant, 'test']) && areClasses(text)
}

/** Whether `nc` is a count and `names` a list or a numbered mapping of names, as far as can be told. */
function areClasses(text: string): boolean {
  const yaml = parseYamlText(text)
  if (yaml.errors.length > 0) return true
  const keys = topLevel(yaml)
  const nc = resolved(yaml, keys.get('nc')?.value)
  if (!isScalar(nc) || !Number.isInteger(nc.value)) return false
  const names = resolved(yaml, keys.get('names')?.value)
  if (isSeq(names)) return names.items.every((name) => isScalar(name))
  if (!isMap(names) || names.items.length === 0) return false
  return names.items.every(
    ({ key, value }) => isScalar(key) && Number.isInteger(key.value) && isScalar(value),
  )
}

/** Whether one of the values is a list, as far as can be told. */
function isList(text: string, names: readonly string[]): boolean {
  const yaml = parseYamlText(text)
  if (yaml.errors.length > 0) return true
  const keys = topLevel(yaml)
  return names.some((name) => isSeq(resolved(yaml, keys.get(name)?.value)))
}

/** Whether all of the values can name folders, as far as can be told. */
function arePlaces(text: string, names: readonly string[]): boolean {
  const yaml = parseYamlText(text)
  if (yaml.errors.length > 0) return true
  const keys = topLevel(yaml)
  const isPlace = (node: unknown): boolean => {
    const value = resolved(yaml, node)
    if (isSeq(value)) return value.items.every(isPlace)
    return value === null || (isScalar(value) && !/^(?:number|boolean)$/.test(typeof value.value))
  }
  return names.every((name) => isPlace(keys.get(name)?.value))
}
