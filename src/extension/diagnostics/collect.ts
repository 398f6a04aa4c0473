import { relative, sep } from 'node:path'
import { checkDataYaml } from '../../core/dataset/dataYaml'
import type { Finding } from '../../core/finding'
import { checkModelYaml } from '../../core/yolov5/modelYaml'
import type { Detection } from '../../core/yolov5/release'
import { checkoutOf } from '../checkouts/collect'

/** What a yaml of a checkout is for; undefined for the rest, hyperparameters and anchor lists included. */
export function yamlRole(root: string, path: string): 'model' | 'data' | undefined {
  const parts = relative(root, path).split(sep)
  const name = parts.at(-1) ?? ''
  if (!/\.ya?ml$/i.test(name)) return undefined
  if (parts[0] === 'models' && parts.length > 1) {
    return /^anchors\b/i.test(name) ? undefined : 'model'
  }
  if (parts[0] === 'data' && parts.length === 2) return /^hyp\b/i.test(name) ? undefined : 'data'
  return undefined
}

/** What the detected release would not understand in this file; empty for files of no checkout. */
export function collectFindings(
  detections: readonly Detection[],
  path: string,
  text: string,
): readonly Finding[] {
  const detection = checkoutOf(detections, path)
  if (!detection) return []
  switch (yamlRole(detection.root, path)) {
    case 'model':
      return checkModelYaml(text, detection)
    case 'data':
      return checkDataYaml(text, path, detection)
    default:
      return []
  }
}
