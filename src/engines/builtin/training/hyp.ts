import { readFile } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { parse } from 'yaml'
import { SlimError } from '../../../core/errors'
import type { BuiltinRelease, HeadShape, LossOptions } from '../contract'
import { roundHalfEven } from '../rounding'

/** Hyperparameters by the names of YOLOv5's hyp files. */
export type Hyp = Readonly<Record<HypName, number>> & {
  /** Anchors per level, which replaces the model's own by k-means. */
  readonly anchors?: number
}

/** train.py's defaults: data/hyp.scratch.yaml, data/hyps/hyp.scratch-low.yaml; lrf differs by release. */
const defaults = {
  lr0: 0.01,
  lrf: 0.01,
  momentum: 0.937,
  weight_decay: 0.0005,
  warmup_epochs: 3,
  warmup_momentum: 0.8,
  warmup_bias_lr: 0.1,
  box: 0.05,
  cls: 0.5,
  cls_pw: 1,
  obj: 1,
  obj_pw: 1,
  iou_t: 0.2,
  anchor_t: 4,
  fl_gamma: 0,
  hsv_h: 0.015,
  hsv_s: 0.7,
  hsv_v: 0.4,
  degrees: 0,
  translate: 0.1,
  scale: 0.5,
  shear: 0,
  perspective: 0,
  flipud: 0,
  fliplr: 0.5,
  mosaic: 1,
  mixup: 0,
  copy_paste: 0,
}
export type HypName = keyof typeof defaults

const lrfOf: Readonly<Record<BuiltinRelease, number>> = {
  'v5.0': 0.2,
  'v6.0': 0.1,
  'v6.1': 0.01,
  'v6.2': 0.01,
  'v7.0': 0.01,
}

export function defaultHyp(release: BuiltinRelease): Hyp {
  return { ...defaults, lrf: lrfOf[release] }
}

/**
 * Reads a hyp file. Keys that it lacks have the release's defaults, since later releases read files of earlier ones.
 *
 * @throws SlimError `hyp/syntax`, `hyp/value` with the key
 */
export async function readHyp(file: string, release: BuiltinRelease): Promise<Hyp> {
  const text = await readFile(file, 'utf8')
  let values: unknown
  try {
    values = parse(text)
  } catch (error) {
    throw new SlimError(
      'hyp/syntax',
      l10n.t('--hyp {0}: {1}', file, error instanceof Error ? error.message : ''),
      l10n.t('Correct the file, or leave --hyp out.'),
    )
  }
  if (values === null || typeof values !== 'object' || Array.isArray(values)) {
    throw new SlimError(
      'hyp/syntax',
      l10n.t('--hyp {0} is no list of hyperparameters.', file),
      l10n.t('Compare it with data/hyps/hyp.scratch-low.yaml of YOLOv5.'),
    )
  }
  const hyp: Record<string, number> = { ...defaultHyp(release) }
  for (const [key, value] of Object.entries(values)) {
    // YAML 1.1, which Python reads, has no dot-less exponents: `1e-3` is a number to people all the same.
    const number = typeof value === 'string' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      if (!(key in defaults)) continue
      throw new SlimError(
        'hyp/value',
        l10n.t('--hyp {0}: “{1}” is no number.', file, key),
        l10n.t('Correct the file, or leave --hyp out.'),
      )
    }
    hyp[key] = number
  }
  // models/yolo.py rounds it; train.py says “0 to ignore”.
  const { anchors = 0, ...rest } = hyp
  const count = roundHalfEven(anchors)
  return (count > 0 ? { ...rest, anchors: count } : rest) as Hyp
}

/** Gains scaled by levels, classes and image size, as train.py scales them (v5.0 to v7.0). */
export function lossOptions(
  hyp: Hyp,
  head: HeadShape,
  imageSize: number,
  labelSmoothing: number,
): LossOptions {
  const levels = 3 / head.strides.length
  return {
    box: hyp.box * levels,
    cls: ((hyp.cls * head.nc) / 80) * levels,
    obj: hyp.obj * (imageSize / 640) ** 2 * levels,
    objPositiveWeight: hyp.obj_pw,
    clsPositiveWeight: hyp.cls_pw,
    focalGamma: hyp.fl_gamma,
    labelSmoothing,
    anchorThreshold: hyp.anchor_t,
  }
}
