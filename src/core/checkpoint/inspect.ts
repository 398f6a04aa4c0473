import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import type { Checkpoint } from './checkpoint'
import { type GammaLayer, gammaLayers } from './gammas'
import { importedNames } from './globals'
import { checkpointModel, isStateDict, mappingOf, tensorOf } from './model'
import { type ModuleEntry, moduleIndex } from './moduleIndex'
import { originOf } from './origin'
import { numelOf } from './tensorData'
import { type Dtype, PyDict, PyList, type PyTensor, PyTuple, type PyValue } from './values'

export type Inspection = {
  /** Release that made it, e.g. `v6.0` or `v6.2 or v7.0`; `unknown` when it is no YOLOv5 model. */
  readonly release: string
  /** 0 to 1. */
  readonly confidence: number
  readonly evidence: readonly string[]
  /** Dotted class of the model; null for a state dict. */
  readonly modelClass: string | null
  /** Class names by index. */
  readonly names: readonly string[]
  /** Trainable and frozen parameters, buffers not counted, shared ones once. */
  readonly parameters: number
  /** Size of the file. */
  readonly bytes: number
  /** Of the floating-point parameters: FP16, BF16, FP32, FP64, or `mixed`. */
  readonly precision: string
  /** False while the optimizer's state is still in it. */
  readonly finished: boolean
  /** Every BatchNorm layer with a gamma, in network order. */
  readonly gammas: readonly GammaLayer[]
  readonly globals: readonly string[]
  readonly unsafeGlobals: readonly string[]
  /** Why it can not be pruned; null when nothing known speaks against it. */
  readonly obstacle: {
    readonly code: string
    readonly text: string
    readonly remedy: string
  } | null
}

type Named = readonly (readonly [string, PyTensor])[]

/**
 * What a checkpoint holds, without its channel graph. Also for a state dict, which says why it can not be
 * pruned. Throws a SlimError where there is no model at all, and for damage.
 */
export function inspectCheckpoint(checkpoint: Checkpoint): Inspection {
  const content = contentOf(checkpoint.root)
  const origin = originOf(checkpoint)
  const gammas = gammaLayers(checkpoint, content.gammas)
  return {
    release: origin.release,
    confidence: origin.confidence,
    evidence: origin.evidence,
    modelClass: content.modelClass,
    names: content.names,
    parameters: countParameters(content.parameters),
    bytes: checkpoint.size,
    precision: precisionOf(content.parameters),
    finished: isFinished(checkpoint.root),
    gammas,
    ...importedNames(checkpoint),
    obstacle: content.obstacle ?? (gammas.length === 0 ? describe(fused()) : null),
  }
}

/** Throws `checkpoint/fused` for a model whose BatchNorm layers were merged into its convolutions. */
export function requireBatchNorm(modules: ReadonlyMap<string, ModuleEntry>): void {
  if (![...modules.values()].some(isBatchNorm)) throw fused()
}

type Content = {
  readonly modelClass: string | null
  readonly names: readonly string[]
  readonly parameters: Named
  readonly gammas: Named
  readonly obstacle: Inspection['obstacle']
}

function contentOf(root: PyValue): Content {
  try {
    const { model } = checkpointModel(root)
    const modules = [...moduleIndex(model).values()]
    return {
      modelClass: model.className ?? null,
      names: classNames(mappingOf(model.state ?? null)?.get('names')),
      parameters: modules.flatMap(parametersOf),
      gammas: modules.filter(isBatchNorm).flatMap((module) => {
        const gamma = module.tensor('weight')
        return gamma ? [[module.path, gamma] as const] : []
      }),
      obstacle: null,
    }
  } catch (error) {
    if (!(error instanceof SlimError) || error.code !== 'checkpoint/state-dict') throw error
    const tensors = stateDictTensors(root)
    return {
      modelClass: null,
      names: [],
      parameters: tensors.filter(([name]) => !/\.(running_\w+|num_batches_tracked)$/.test(name)),
      gammas: stateDictGammas(tensors),
      obstacle: describe(error),
    }
  }
}

function parametersOf(module: ModuleEntry): Named {
  const slots = mappingOf(module.dict.get('_parameters'))?.entries ?? []
  return slots.flatMap(([name, value]) => {
    const tensor = tensorOf(value)
    return tensor && typeof name === 'string' ? [[name, tensor] as const] : []
  })
}

function isBatchNorm(module: ModuleEntry): boolean {
  return /\.batchnorm\.(Sync)?BatchNorm/.test(module.object.className ?? '')
}

function stateDictTensors(root: PyValue): Named {
  const candidates = [
    root,
    ...['ema', 'model', 'state_dict', 'model_state_dict'].map((key) => mappingOf(root)?.get(key)),
  ]
  const found = mappingOf(candidates.find((value) => isStateDict(value)))
  return (found?.entries ?? []).flatMap(([name, value]) => {
    const tensor = tensorOf(value)
    return tensor && typeof name === 'string' ? [[name, tensor] as const] : []
  })
}

/** In a state dict a BatchNorm shows by its running mean. */
function stateDictGammas(tensors: Named): Named {
  const names = new Set(tensors.map(([name]) => name))
  return tensors.flatMap(([name, tensor]) => {
    const layer = name.replace(/\.?weight$/, '')
    const own =
      name.endsWith('weight') && names.has(layer ? `${layer}.running_mean` : 'running_mean')
    return own ? [[layer, tensor] as const] : []
  })
}

function countParameters(parameters: Named): number {
  const distinct = new Set(parameters.map(([, tensor]) => tensor))
  return [...distinct].reduce((sum, tensor) => sum + numelOf(tensor.shape), 0)
}

const precisions: Readonly<Partial<Record<Dtype, string>>> = {
  float16: 'FP16',
  bfloat16: 'BF16',
  float32: 'FP32',
  float64: 'FP64',
}

function precisionOf(parameters: Named): string {
  const found = new Set(parameters.map(([, tensor]) => precisions[tensor.dtype] ?? tensor.dtype))
  return found.size > 1 ? 'mixed' : ([...found][0] ?? 'none')
}

/** `strip_optimizer` sets `optimizer` to None and `epoch` to −1. */
function isFinished(root: PyValue): boolean {
  if (!(root instanceof PyDict)) return true
  const optimizer = root.get('optimizer')
  const epoch = root.get('epoch')
  return (optimizer === undefined || optimizer === null) && (typeof epoch !== 'number' || epoch < 0)
}

/** YOLOv5's `names`: a list, or from v6.2 on a dict by index. */
function classNames(value: PyValue | undefined): string[] {
  if (value instanceof PyList || value instanceof PyTuple) return value.items.map(String)
  if (!(value instanceof PyDict)) return []
  return [...value.entries]
    .sort(
      ([a], [b]) => Number(typeof a === 'number' ? a : 0) - Number(typeof b === 'number' ? b : 0),
    )
    .map(([, name]) => (typeof name === 'string' ? name : '?'))
}

function fused(): SlimError {
  return new SlimError(
    'checkpoint/fused',
    l10n.t('The model has no BatchNorm layers: it was fused for inference.'),
    l10n.t('Use the checkpoint as training saved it, before model.fuse().'),
  )
}

function describe(error: SlimError): Inspection['obstacle'] {
  return { code: error.code, text: error.message, remedy: error.remedy }
}
