import { isScalar, isSeq } from 'yaml'
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

/** Settings of a whole run, as ultralytics' args.yaml has them: hyperparameters are some of them. */
const RUN = ['model', 'data', 'epochs']

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
  if (!RUN.some(has)) {
    const known = HYP_ONLY.filter(has).length
    const usual = has('lr0') && (has('momentum') || has('weight_decay'))
    if (usual || known >= FEWEST_HYP) return 'hyp'
  }
  const parts = ['train', 'val'].filter(has)
  const more = has('names') || has('nc')
  const isData = parts.length === 2 || (parts.length === 1 && more)
  return isData && arePlaces(text, parts) ? 'data' : undefined
}

/**
 * Whether a file may be of the kind that its place or name speaks for: it has a key of it, or nothing can be told of
 * its keys.
 */
export function mayBe(kind: YamlKind, text: string): boolean {
  const yaml = parseYamlText(text)
  if (kind === 'hyp' && RUN.some((name) => hasKey(text, name))) return false
  if (yaml.errors.length > 0 || yaml.map === undefined) return true
  const keys = topLevel(yaml)
  return keys.size === 0 || KEYS[kind].some((name) => keys.has(name))
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
