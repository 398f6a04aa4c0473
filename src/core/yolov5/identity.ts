import { stringLiterals } from './python'
import type { Sources } from './sources'

/** Without these nothing can be trained, so nothing is detected. */
export const REQUIRED = ['train.py', 'models/yolo.py', 'models/common.py'] as const

/** Other families' repositories share YOLOv5's layout; their default weights carry their own name. */
const OTHER_FAMILY = /\b(?:yolov?(?:[2346789]|1\d)|yolor|gelan)/i

/**
 * Whether a tree that has the right files is YOLOv5 and not a relative of it: its default weights don't name
 * another family, and they, a model yaml, or (without another family's heads) its code say YOLOv5.
 */
export function isYolov5(sources: Sources): boolean {
  if (!REQUIRED.every((path) => sources.has(path))) return false
  const train = sources.text('train.py')
  const yolo = sources.text('models/yolo.py')
  if (!/^def parse_model\(/m.test(yolo) || !/^def train\(/m.test(train)) return false
  const weights =
    /["']--weights["'][^)]*?\bdefault\s*=([^,)]*)/.exec(sources.code('train.py'))?.[1] ?? ''
  const name = stringLiterals(weights).at(-1) ?? ''
  if (OTHER_FAMILY.test(name)) return false
  const yamls = sources.paths().some((path) => /^models\/yolov5[^/]*\.ya?ml$/.test(path))
  const code = /yolov5/i.test(train) || /yolov5/i.test(yolo)
  const alien = /^class (?:\w*IDetect|DDetect|DualDDetect|ImplicitA)\(/m.test(yolo)
  return /yolov5/i.test(name) || yamls || (code && !alien)
}
