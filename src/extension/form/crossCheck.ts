import * as l10n from '@vscode/l10n'
import type { Release } from '../../core/yolov5/release'
import type { WeightsFacts } from '../../engines/common/weights'
import type { CfgFacts, DataFacts } from './facts'
import type { FieldFinding } from './finding'
import { type FormStage, firstStage } from './stage'

export type Cross = {
  readonly stage: FormStage
  readonly engine: 'pytorch' | 'builtin'
  readonly data?: DataFacts
  readonly weights?: WeightsFacts
  readonly cfg?: CfgFacts
  /** The weights come from a run that pruned, or that finetuned what was pruned. */
  readonly pruned?: boolean
  /** `--single-cls`: all classes are one. */
  readonly singleClass: boolean
  readonly epochs?: number
  /** -1: chosen by the engine. */
  readonly batch?: number
  readonly imageSize?: number
  readonly device: string
  readonly release: Release
}

/** More than this is likelier a slip than meant. */
const manyEpochs = 3000
const largeImage = 2048
const fewImages = 8
const stride = 32
/** Releases whose `select_device` hands `cuda:0` to CUDA as it is, which then finds no GPU. */
const numbersOnly: readonly Release[] = ['v3.1', 'v4.0', 'v5.0']

/** What does not fit together, or makes little sense; each by itself is right. */
export function crossFindings(cross: Cross): readonly FieldFinding[] {
  return [
    ...dataFindings(cross),
    ...classFindings(cross),
    ...networkFindings(cross),
    ...numberFindings(cross),
  ]
}

function dataFindings({ data, stage }: Cross): FieldFinding[] {
  if (!data) return []
  const found: FieldFinding[] = []
  const say = (severity: FieldFinding['severity'], code: string, text: string): void => {
    found.push({ field: 'data', severity, code, text })
  }
  const { train, val, seen, unlabelled, beyond, missing } = data
  if (stage === 'val') {
    if (val === 0) say('error', 'data/no-images', l10n.t('There are no images under “val”.'))
    return found
  }
  if (train === 0) say('error', 'data/no-images', l10n.t('There are no images under “train”.'))
  else if (val === 0) say('error', 'data/no-images', l10n.t('There are no images under “val”.'))
  else if (train < fewImages) {
    say('warning', 'data/few-images', l10n.t('Only {0} image(s) to train on.', train))
  }
  if (missing !== undefined) {
    say('error', 'data/missing-image', l10n.t('A listed image is not there: {0}', missing))
  } else if (seen > 0 && unlabelled === seen) {
    const text = l10n.t(
      'None of {0} images looked at has a label file; labels belong in a folder “labels” beside “images”.',
      seen,
    )
    say('error', 'data/no-labels', text)
  } else if (unlabelled > 0) {
    const text = l10n.t(
      '{0} of {1} images looked at have no label file: they count as background.',
      unlabelled,
      seen,
    )
    say('warning', 'data/unlabelled', text)
  }
  if (beyond) {
    const text = l10n.t(
      '{0} has a label of class {1}, but the data.yaml has {2} classes.',
      beyond.file,
      beyond.cls,
      data.nc,
    )
    say('error', 'data/class-range', text)
  }
  if (found.length === 0) {
    say(
      'information',
      'data/facts',
      l10n.t('{0} classes, {1} images to train on, {2} to validate with', data.nc, train, val),
    )
  }
  return found
}

/** train.py builds what the yaml says and copies into it what fits of the weights. */
function networkFindings({ weights, cfg, pruned = false }: Cross): FieldFinding[] {
  if (!weights || !cfg) return []
  return [
    pruned
      ? {
          ...{ field: 'cfg', severity: 'warning', code: 'form/unpruned' },
          text: l10n.t(
            'The yaml describes the network before it was pruned: leave it empty to go on with the pruned one.',
          ),
        }
      : {
          ...{ field: 'cfg', severity: 'information', code: 'form/cfg-and-weights' },
          text: l10n.t(
            'The yaml’s network is built, and what fits of the weights is copied into it.',
          ),
        },
  ]
}

function classFindings({ stage, data, weights, cfg, singleClass }: Cross): FieldFinding[] {
  if (!data) return []
  const nc = singleClass ? 1 : data.nc
  const found: FieldFinding[] = []
  const keepsHead = stage === 'finetune' || stage === 'val'
  if (weights?.nc !== undefined && weights.nc !== nc) {
    const facts = l10n.t(
      '{0} has {1} classes, but the data set has {2}.',
      weights.path,
      weights.nc,
      nc,
    )
    found.push(
      keepsHead
        ? {
            ...{ field: 'weights', severity: 'error', code: 'data/class-mismatch' },
            text: `${facts} ${l10n.t('Give the data.yaml that the weights were trained with, or weights of its classes.')}`,
          }
        : {
            ...{ field: 'weights', severity: 'warning', code: 'data/class-mismatch' },
            text: `${facts} ${l10n.t('The last layer starts anew.')}`,
          },
    )
  }
  if (cfg?.nc !== undefined && cfg.nc !== nc) {
    found.push({
      ...{ field: 'cfg', severity: 'information', code: 'data/cfg-classes' },
      text: l10n.t(
        'The model yaml says {0} classes; YOLOv5 builds it for the {1} of the data set.',
        cfg.nc,
        nc,
      ),
    })
  }
  return found
}

function numberFindings({
  stage,
  engine,
  data,
  epochs,
  batch,
  imageSize,
  device,
  release,
}: Cross): FieldFinding[] {
  const found: FieldFinding[] = []
  const warn = (field: string, code: string, text: string): void => {
    found.push({ field, severity: 'warning', code, text })
  }
  if (epochs !== undefined && epochs > manyEpochs) {
    warn(
      'epochs',
      'form/epochs',
      l10n.t('{0} epochs are more than any training is known to need.', epochs),
    )
  }
  if (
    data &&
    batch !== undefined &&
    batch > data.train &&
    data.train > 0 &&
    firstStage(stage) !== 'val'
  ) {
    warn(
      'batch',
      'form/batch',
      l10n.t('The data set has {0} images only: that is the largest batch.', data.train),
    )
  }
  if (imageSize !== undefined && imageSize > largeImage) {
    warn(
      'imgsz',
      'form/image-size',
      l10n.t(
        '{0} pixels take {1} times the memory of 640.',
        imageSize,
        Math.round((imageSize / 640) ** 2),
      ),
    )
  }
  if (imageSize !== undefined && imageSize % stride !== 0) {
    const whole = Math.max(1, Math.ceil(imageSize / stride)) * stride
    found.push({
      ...{ field: 'imgsz', severity: 'information', code: 'form/image-size' },
      text: l10n.t('{0} becomes {1}, whole strides of the model.', imageSize, whole),
    })
  }
  const builtinOnly = /^(cuda|gpu|webgpu|native|wasm)$/.test(device)
  if (device.includes('cuda:') && engine === 'pytorch' && numbersOnly.includes(release)) {
    found.push({
      ...{ field: 'device', severity: 'error', code: 'form/device' },
      text: l10n.t(
        'YOLOv5 {0} takes GPU numbers: {1} instead of {2}.',
        ...[release, device.replaceAll('cuda:', ''), device],
      ),
    })
  }
  if (builtinOnly && engine === 'pytorch') {
    found.push({
      ...{ field: 'device', severity: 'error', code: 'form/device' },
      text: l10n.t(
        '{0} is a device of the built-in engine; PyTorch takes GPU numbers, cpu or mps.',
        device,
      ),
    })
  }
  if (device === 'mps' && engine === 'builtin') {
    found.push({
      ...{ field: 'device', severity: 'error', code: 'form/device' },
      text: l10n.t('mps is a device of PyTorch; the built-in engine uses Apple GPUs as webgpu.'),
    })
  }
  return found
}
