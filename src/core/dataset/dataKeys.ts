import { nearest } from '../yolov5/nearest'
import type { Capabilities } from '../yolov5/release'

/** Keys that every release reads, whether or not it honours them. */
const KEYS = ['path', 'train', 'val', 'test', 'nc', 'names', 'download']

/** Keys of the pip package, for data sets in COCO's format. */
const PACKAGED_KEYS = [
  'train_json_path',
  'train_image_dir',
  'val_json_path',
  'val_image_dir',
  'yolo_s3_data_dir',
  'coco_s3_data_dir',
]

/** What labelling services write beside the keys that YOLOv5 reads. */
const HARMLESS_KEYS = ['roboflow']

/** Names that other tools and people use for YOLOv5's keys. */
const MEANT: Readonly<Record<string, string>> = {
  valid: 'val',
  validation: 'val',
  training: 'train',
  num_classes: 'nc',
  number_of_classes: 'nc',
  classes: 'names',
  class_names: 'names',
  labels: 'names',
  root: 'path',
  dir: 'path',
}

/** The key that `key` was meant to be, by meaning rather than by spelling. */
export function meantKey(key: string): string | undefined {
  const lower = key.toLowerCase()
  return Object.hasOwn(MEANT, lower) ? MEANT[lower] : undefined
}

/** Keys to suggest in place of a wrong one. */
export const suggestedKeys: readonly string[] = KEYS

/** Whether `key` is in data.yamls, or was meant to be one that is. */
export function isDataKey(key: string): boolean {
  if (KEYS.includes(key) || HARMLESS_KEYS.includes(key)) return true
  return meantKey(key) !== undefined || nearest(key, KEYS) !== undefined
}

/** Whether a data.yaml may have `key` without anyone needing to know. */
export function isKnownKey(key: string, { layout }: Capabilities): boolean {
  return (
    KEYS.includes(key) ||
    HARMLESS_KEYS.includes(key) ||
    (layout === 'packaged' && PACKAGED_KEYS.includes(key))
  )
}

/** The pip package makes train, val, nc and names itself where a COCO annotation file is given. */
export function isCocoJson(keys: Iterable<string>, { layout }: Capabilities): boolean {
  return layout === 'packaged' && [...keys].some((key) => key.endsWith('_json_path'))
}
