import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { BuiltinRelease } from '../contract'
import type { OptimizerName } from '../training/optimizer'
import type { LrSchedule } from '../training/schedule'

/** The options of train.py by their names on `opt`, as opt.yaml has them. */
export type OptValues = Readonly<Record<string, unknown>>

/** What a training goes by, whatever the release calls its flags. */
export type TrainOptions = {
  readonly epochs: number
  readonly batchSize: number
  /** Pixels, as asked for: `fittedSize` makes whole strides of them. */
  readonly imageSize: number
  /** Pixels of evaluation, which v5.0 can have of another size. */
  readonly evaluationSize: number
  readonly rectangular: boolean
  readonly validates: boolean
  readonly saves: boolean
  readonly autoanchor: boolean
  readonly imageWeights: boolean
  readonly multiScale: boolean
  readonly singleClass: boolean
  readonly optimizer: OptimizerName
  readonly schedule: LrSchedule
  readonly labelSmoothing: number
  /** Epochs without a better one after which training ends; 0: never. */
  readonly patience: number
  /** Layers of the model whose parameters stay as they are. */
  readonly frozen: readonly number[]
  /** Every so many epochs a checkpoint of its own; below 1: none. */
  readonly savePeriod: number
  /** Threads that decode and augment. */
  readonly workers: number
  readonly seed: number
}

/** What an evaluation goes by. */
export type ValOptions = {
  readonly task: 'train' | 'val' | 'test'
  readonly batchSize: number
  readonly imageSize: number
  readonly confidence: number
  readonly iou: number
  readonly maxDetections: number
  readonly singleClass: boolean
  readonly verbose: boolean
  readonly saveText: boolean
  readonly saveConfidence: boolean
  readonly saveJson: boolean
  readonly workers: number
}

/** What detecting in images goes by. */
export type DetectOptions = {
  readonly imageSize: number
  readonly confidence: number
  readonly iou: number
  readonly maxDetections: number
  /** Classes to keep; empty: all. */
  readonly classes: readonly number[]
  readonly agnostic: boolean
  readonly savesImages: boolean
  readonly savesText: boolean
  readonly savesConfidence: boolean
  readonly lineWidth: number
  readonly hidesLabels: boolean
  readonly hidesConfidence: boolean
}

/** `--batch-size -1` lets YOLOv5 fill the GPU; here it stands for train.py's default. */
const usualBatch = 16

/** Reads train.py's options. Those that no engine of ours can honour are refused, not passed over. */
export function trainOptions(opt: OptValues, release: BuiltinRelease): TrainOptions {
  refuse(opt, 'quad', '--quad')
  const batchSize = whole(opt, 'batch_size', 16)
  const adam = opt.adam === true
  const earlySchedule = release === 'v5.0' || release === 'v6.0'
  return {
    epochs: atLeast(1, '--epochs', whole(opt, 'epochs', release === 'v7.0' ? 100 : 300)),
    batchSize: batchSize === -1 ? usualBatch : atLeast(1, '--batch-size', batchSize),
    ...sizesOf(opt, release),
    rectangular: opt.rect === true,
    validates: opt.noval !== true && opt.notest !== true,
    saves: opt.nosave !== true,
    autoanchor: opt.noautoanchor !== true,
    imageWeights: opt.image_weights === true,
    multiScale: opt.multi_scale === true,
    singleClass: opt.single_cls === true,
    optimizer: adam ? 'Adam' : optimizerName(opt.optimizer),
    schedule: earlySchedule
      ? opt.linear_lr === true
        ? 'linearToLast'
        : 'cosine'
      : opt.cos_lr === true
        ? 'cosine'
        : 'linear',
    labelSmoothing: real(opt, 'label_smoothing', 0),
    patience: release === 'v5.0' ? 0 : whole(opt, 'patience', 100),
    frozen: frozenLayers(opt.freeze),
    savePeriod: whole(opt, 'save_period', -1),
    workers: whole(opt, 'workers', 8),
    seed: whole(opt, 'seed', 0),
  }
}

export function valOptions(opt: OptValues): ValOptions {
  refuse(opt, 'augment', '--augment')
  refuse(opt, 'save_hybrid', '--save-hybrid')
  const task = opt.task ?? 'val'
  if (task !== 'train' && task !== 'val' && task !== 'test') {
    throw new SlimError(
      'flags/unsupported',
      l10n.t('--task {0} is not evaluated by the built-in engine.', String(task)),
      l10n.t('Give train, val or test, or use --engine pytorch.'),
    )
  }
  return {
    task,
    batchSize: atLeast(1, '--batch-size', whole(opt, 'batch_size', 32)),
    imageSize: sizesOf(opt).imageSize,
    confidence: real(opt, 'conf_thres', 0.001),
    iou: real(opt, 'iou_thres', 0.6),
    maxDetections: whole(opt, 'max_det', 300),
    singleClass: opt.single_cls === true,
    verbose: opt.verbose === true,
    saveText: opt.save_txt === true,
    saveConfidence: opt.save_conf === true,
    saveJson: opt.save_json === true,
    workers: whole(opt, 'workers', 8),
  }
}

/** Reads detect.py's options. v5.0 has no `--max-det`: its suppression leaves 300. */
export function detectOptions(opt: OptValues, release?: BuiltinRelease): DetectOptions {
  refuse(opt, 'augment', '--augment')
  return {
    imageSize: sizesOf(opt).imageSize,
    confidence: real(opt, 'conf_thres', 0.25),
    iou: real(opt, 'iou_thres', 0.45),
    maxDetections: release === 'v5.0' ? 300 : whole(opt, 'max_det', 1000),
    classes: Array.isArray(opt.classes) ? opt.classes.map(Number) : [],
    agnostic: opt.agnostic_nms === true,
    savesImages: opt.nosave !== true,
    savesText: opt.save_txt === true,
    savesConfidence: opt.save_conf === true,
    lineWidth: whole(opt, 'line_thickness', 0),
    hidesLabels: opt.hide_labels === true,
    hidesConfidence: opt.hide_conf === true,
  }
}

/** v5.0's train.py takes two sizes, for training and for testing; one alone stands for both. */
function sizesOf(
  opt: OptValues,
  release?: BuiltinRelease,
): { readonly imageSize: number; readonly evaluationSize: number } {
  const given = opt.imgsz ?? opt.img_size ?? 640
  const sizes = (Array.isArray(given) ? given : [given]).map((size) =>
    atLeast(1, '--imgsz', Number(size)),
  )
  const [imageSize = 640, second = imageSize] = sizes
  return { imageSize, evaluationSize: release === 'v5.0' ? second : imageSize }
}

/**
 * An image size in whole strides of the model's coarsest level, 32 pixels at least (`check_img_size`, utils/general.py).
 * From v6.0 on train.py takes no fewer than two of them.
 */
export function fittedSize(size: number, strides: readonly number[], leastStrides = 1): number {
  const stride = coarsestStride(strides)
  return Math.max(Math.ceil(size / stride), leastStrides) * stride
}

/** Pixels that image sizes and batch shapes are multiples of. */
export function coarsestStride(strides: readonly number[]): number {
  return Math.max(...strides, 32)
}

/** `--freeze 10` means the first ten layers, `--freeze 0 1 2` those. */
function frozenLayers(value: unknown): number[] {
  const given = (Array.isArray(value) ? value : [value ?? 0]).map(Number)
  if (given.length > 1) return given
  return Array.from({ length: given[0] ?? 0 }, (_, layer) => layer)
}

function optimizerName(value: unknown): OptimizerName {
  return value === 'Adam' || value === 'AdamW' ? value : 'SGD'
}

function whole(opt: OptValues, key: string, otherwise: number): number {
  return Math.trunc(real(opt, key, otherwise))
}

function real(opt: OptValues, key: string, otherwise: number): number {
  const value = Number(opt[key] ?? otherwise)
  return Number.isFinite(value) ? value : otherwise
}

function atLeast(least: number, flag: string, value: number): number {
  if (value >= least) return value
  throw new SlimError(
    'flags/value',
    l10n.t('{0} {1} is too small.', flag, value),
    l10n.t('Give a whole number of {0} or more.', least),
  )
}

function refuse(opt: OptValues, key: string, flag: string): void {
  if (opt[key] !== true) return
  throw new SlimError(
    'flags/unsupported',
    l10n.t('{0} is not supported by the built-in engine.', flag),
    l10n.t('Leave it out, or use --engine pytorch.'),
  )
}
