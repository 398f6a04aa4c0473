import * as l10n from '@vscode/l10n'
import { type Checkpoint, openCheckpoint } from '../../core/checkpoint/checkpoint'
import { importedNames } from '../../core/checkpoint/globals'
import { checkpointModel } from '../../core/checkpoint/model'
import { moduleTree } from '../../core/checkpoint/moduleTree'
import { PyDict } from '../../core/checkpoint/values'
import { SlimError } from '../../core/errors'
import { type Attribute, type ModuleNode, shortName } from '../../core/slimming/moduleTree'
import type { Detection } from '../../core/yolov5/release'

/** What training must know of a checkpoint before it starts. */
export type WeightsFacts = {
  readonly path: string
  /** Classes of its head; undefined when the model does not say. */
  readonly nc: number | undefined
  /** Class of the last layer: Detect, Segment, Classify, or a fork's own. */
  readonly head: string | undefined
  /** No BN layers are left: it was fused for inference. */
  readonly fused: boolean
  /** Training ended and the optimizer was stripped (`epoch: -1`). */
  readonly finished: boolean
}

export type WeightsPolicy = {
  /** `--trust-weights`: unpickling may run whatever the file says. */
  readonly trusted: boolean
  /** The release that is to load it; undefined for an engine that unpickles nothing. */
  readonly detection?: Detection
}

/**
 * Reads, without executing anything, whether a checkpoint may be given to the release's `torch.load`.
 *
 * @throws SlimError `checkpoint/unsafe-globals`, `checkpoint/newer-release`, and what `openCheckpoint` and
 *   `checkpointModel` throw
 */
export function checkWeights(path: string, policy: WeightsPolicy): WeightsFacts {
  const checkpoint = openCheckpoint(path)
  try {
    const { detection, trusted } = policy
    if (detection && !trusted) refuseUnsafe(path, checkpoint, detection)
    if (detection) refuseNewer(path, checkpoint, detection)
    const { model } = checkpointModel(checkpoint.root)
    const tree = moduleTree(checkpoint, model)
    return {
      path,
      nc: classCount(tree),
      head: headClass(tree),
      fused: !hasBatchNorm(tree),
      finished: checkpoint.root instanceof PyDict && checkpoint.root.get('epoch') === -1,
    }
  } finally {
    checkpoint.close()
  }
}

/**
 * For weights that training saves again: whatever they hold goes into the new checkpoint, which a release will unpickle.
 *
 * @throws SlimError `checkpoint/unsafe-globals`, and what `openCheckpoint` throws
 */
export function requireSafe(path: string, { trusted, detection }: Required<WeightsPolicy>): void {
  if (trusted) return
  const checkpoint = openCheckpoint(path)
  try {
    refuseUnsafe(path, checkpoint, detection)
  } finally {
    checkpoint.close()
  }
}

/**
 * @throws SlimError `checkpoint/fused`
 */
export function requireBatchNorm({ path, fused }: WeightsFacts): void {
  if (!fused) return
  throw new SlimError(
    'checkpoint/fused',
    l10n.t('{0} is fused: its BN layers are merged into the convolutions.', path),
    l10n.t(
      'Use the checkpoint that training saved (weights/last.pt or best.pt), not an exported one.',
    ),
  )
}

/**
 * `train.py` and `val.py` know boxes only: the losses of other heads are in scripts of their own.
 *
 * @throws SlimError `checkpoint/other-task`
 */
export function requireDetector({ path, head }: WeightsFacts): void {
  if (head !== 'Segment' && head !== 'Classify') return
  const kind = head === 'Segment' ? l10n.t('a segmentation model') : l10n.t('a classifier')
  throw new SlimError(
    'checkpoint/other-task',
    l10n.t('{0} is {1}, which YOLOv5’s train.py and val.py do not handle.', path, kind),
    l10n.t(
      'Use {0} of the checkout on it. Inspecting and pruning it works here.',
      head === 'Segment' ? 'segment/train.py' : 'classify/train.py',
    ),
  )
}

/**
 * Finetuning keeps the head of the weights, so the classes must be the same.
 *
 * @throws SlimError `data/class-mismatch`
 */
export function requireClasses({ path, nc }: WeightsFacts, dataFile: string, dataNc: number): void {
  if (nc === undefined || nc === dataNc) return
  throw new SlimError(
    'data/class-mismatch',
    l10n.t('{0} has {1} classes, but {2} has {3}.', path, nc, dataFile, dataNc),
    l10n.t('Give the data.yaml that the weights were trained with, or weights of its classes.'),
  )
}

/** Classes that a fork adds to its models/*.py run anyway with its train.py: they are no reason to refuse. */
function refuseUnsafe(path: string, checkpoint: Checkpoint, { capabilities }: Detection): void {
  const own = new Set(capabilities.modules)
  const unsafe = importedNames(checkpoint).unsafeGlobals.filter((name) => {
    const ownClass = /^(?:yolov5\.)?models\.(?:yolo|common|experimental)\.([A-Z]\w*)$/.exec(
      name,
    )?.[1]
    return ownClass === undefined || !own.has(ownClass)
  })
  if (unsafe.length === 0) return
  throw new SlimError(
    'checkpoint/unsafe-globals',
    l10n.t(
      '{0} would import {1} when it is loaded, which no YOLOv5 needs.',
      path,
      unsafe.join(', '),
    ),
    l10n.t('Loading it may run any program. If you know who made it, give --trust-weights.'),
  )
}

/** A class that the checkout lacks would end the run at `torch.load`. */
function refuseNewer(path: string, checkpoint: Checkpoint, detection: Detection): void {
  const { capabilities, release } = detection
  const known = new Set([...capabilities.modules, capabilities.modelClass, 'Model', 'Detect'])
  const prefix = /^(?:yolov5\.)?models\.(?:yolo|common|experimental)$/
  const missing = checkpoint.imports.find(
    ({ module, name }) => prefix.test(module) && /^[A-Z]/.test(name) && !known.has(name),
  )
  if (!missing) return
  throw new SlimError(
    'checkpoint/newer-release',
    l10n.t('{0} holds a {1}, which YOLOv5 {2} does not have.', path, missing.path, release),
    l10n.t('Use the YOLOv5 release that made it, or a newer one.'),
  )
}

function hasBatchNorm(node: ModuleNode): boolean {
  return (
    shortName(node.className).includes('BatchNorm') ||
    Object.values(node.children).some(hasBatchNorm)
  )
}

function headClass(model: ModuleNode): string | undefined {
  const head = Object.values(model.children.model?.children ?? {}).at(-1)
  return head && shortName(head.className)
}

/** `nc` of the head, which is the last layer; every release's Detect and Segment has it. */
function classCount(model: ModuleNode): number | undefined {
  const layers = Object.values(model.children.model?.children ?? {})
  const candidates: (Attribute | undefined)[] = [layers.at(-1)?.attributes.nc, model.attributes.nc]
  return candidates.find((nc): nc is number => typeof nc === 'number')
}
