import { basename, relative, sep } from 'node:path'
import type { ModelYaml } from '../yolov5/modelYaml'
import type { Clone } from './clone'

/** data/*.yaml of all releases, without their case: they describe public data sets. */
const DATA =
  /^(?:coco(?:128)?(?:-seg)?|voc|argoverse(?:_hd)?|globalwheat2020|objects365|sku-110k|visdrone|xview|imagenet\d*)\.ya?ml$/i

/** Folders and root files that releases consist of; a file elsewhere is the user's. */
const OWN =
  /^(?:(?:train|val|test|detect|export|hubconf|benchmarks|sotabench)\.py|(?:models|utils|classify|segment|tests)\/.+\.py|(?:[\w-]+\/)?tutorial\.ipynb|(?:data|utils|weights)\/.+\.sh)$/

/** A path below the clone, with forward slashes. */
export function inClone({ detection: { root } }: Clone, path: string): string {
  return relative(root, path).split(sep).join('/')
}

/** Whether a data.yaml is one that YOLOv5 ships, by its name. */
export function isStockData(path: string): boolean {
  return DATA.test(basename(path))
}

/**
 * Whether the file is, by its place, one that releases ship: what its age brings with it (a plain `torch.load`)
 * is known and mended when it runs, and is no news to the user.
 */
export function isStockPath(clone: Clone, path: string): boolean {
  return OWN.test(inClone(clone, path))
}

const SIZES: readonly (readonly [depth: number, width: number, name: string])[] = [
  [0.33, 0.25, 'yolov5n'],
  [0.33, 0.5, 'yolov5s'],
  [0.67, 0.75, 'yolov5m'],
  [1, 1, 'yolov5l'],
  [1.33, 1.25, 'yolov5x'],
]

/**
 * The release's own model yaml that stands for this one: of the same name, else of the same size and number of
 * detection levels. Relative to the root; undefined where there is none, or it is this file.
 */
export function stockModel(clone: Clone, path: string, model: ModelYaml): string | undefined {
  const here = inClone(clone, path)
  const { depthMultiple, widthMultiple, layers } = model
  const size = SIZES.find(([depth, width]) => depth === depthMultiple && width === widthMultiple)
  const levels = layers.at(-1)?.from.length
  const large = levels === 4 ? '6' : ''
  const names = [basename(path), ...(size === undefined ? [] : [`${size[2]}${large}.yaml`])]
  return names
    .flatMap((name) => [`models/${name}`, `models/hub/${name}`, `models/segment/${name}`])
    .find((candidate) => candidate !== here && clone.has(candidate))
}
