import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { runLayer } from './blocks'
import type { Flow } from './channels'
import { layerInputs, Misfit } from './interpreter'
import { type ModuleNode, type ModuleTensor, shortName } from './moduleTree'
import { type TracedConv, Tracer, type TraceWarning } from './tracer'

/** Channels that are removed together: one in most layers, several across a residual add. */
export type ChannelGroup = {
  /** `[norm, channel]` pairs: indices into `ChannelGraph.norms`. Empty where no BatchNorm gates it. */
  readonly members: readonly (readonly [norm: number, channel: number])[]
  /** Why the group must stay; undefined where it may go. */
  readonly fixed: string | undefined
}

/** A convolution with the group behind each row (output) and column (input) of its weight. */
export type GraphConv = {
  readonly name: string
  /** float32 `[rows, columns / groups, height, width]` */
  readonly weight: ModuleTensor
  /** Norms of its rows, where they are known without the weight. */
  readonly rowNorms?: RowNorms
  readonly rowGroups: Int32Array
  readonly columnGroups: Int32Array
  /** Per column: the constant that arrives once the channel is removed. NaN where it cannot be removed. */
  readonly columnConstants: Float64Array
  readonly groups: number
  readonly hasBias: boolean
  /** Kernel height × width. */
  readonly kernelArea: number
  /** Output pixels per pixel of the image. */
  readonly scale: number
  /** Per row: where constants are absorbed, or undefined where nothing can. */
  readonly sinks: readonly (Sink | undefined)[]
}

/** Per row of a weight: the sum of absolute values, and the square root of the sum of squares. */
export type RowNorms = { readonly l1: Float64Array; readonly l2: Float64Array }

export type Sink = 'bias' | { readonly norm: number; readonly channel: number }

/** A BatchNorm and the group behind each of its channels. */
export type GraphNorm = {
  readonly name: string
  readonly channels: number
  readonly groups: Int32Array
  /** True where at least one channel may be removed. */
  readonly prunable: boolean
  /** Why no channel may be removed. */
  readonly reason: string | undefined
  /** Name of the first layer among those tied to this one, where there are several. */
  readonly tie: string | undefined
  /** float32 values, absent when the model was described without them. */
  readonly gamma: Float32Array | undefined
}

/** Everything about a network that planning needs, as plain data. */
export type ChannelGraph = {
  readonly groups: readonly ChannelGroup[]
  /** All BatchNorms in the order of registration, as PyTorch lists them. */
  readonly norms: readonly GraphNorm[]
  readonly convs: readonly GraphConv[]
  /** Parameters that no plan changes: attention, unknown modules. */
  readonly otherParameters: number
  readonly warnings: readonly TraceWarning[]
}

/**
 * Builds the channel graph of a YOLOv5 model: `root` is models.yolo.Model (or DetectionModel,
 * SegmentationModel) whose `model` child is the sequence of layers, each with its `f` (inputs) attribute.
 * Modules that are not understood are left whole and named in `warnings`.
 *
 * @throws SlimError `model/not-yolov5` when there is no such sequence
 */
export function buildChannelGraph(root: ModuleNode): ChannelGraph {
  const sequence = root.children.model
  if (!sequence || shortName(sequence.className) !== 'Sequential') {
    throw new SlimError(
      'model/not-yolov5',
      l10n.t('{0} holds no `model` sequence of layers', root.className),
      l10n.t('Use a checkpoint that YOLOv5’s train.py saved.'),
    )
  }
  const tracer = new Tracer()
  traceLayers(tracer, sequence)
  return collectGraph(tracer, root)
}

function traceLayers(tracer: Tracer, sequence: ModuleNode): void {
  const image = tracer.input(inputChannels(sequence))
  const outputs: Flow[] = []
  Object.entries(sequence.children).forEach(([key, node], index) => {
    const path = `model.${key}`
    const previous = outputs[index - 1] ?? image
    const inputs = layerInputs(node, index).map((from) =>
      from === index - 1 ? previous : (outputs[from] ?? image),
    )
    outputs.push(traceLayer(tracer, path, node, inputs))
  })
  const last = outputs.at(-1)
  if (last) tracer.opaque([last], l10n.t('is the network’s output'), 0)
}

function traceLayer(tracer: Tracer, path: string, node: ModuleNode, inputs: Flow[]): Flow {
  try {
    return runLayer(tracer, path, node, inputs)
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
    const reason = l10n.t('{0} is left whole: {1}', path, error.message)
    tracer.warnings.push({ code: 'graph/not-understood', text: reason })
    tracer.fixUnder(path, reason)
    return tracer.opaque(inputs, reason)
  }
}

/** The image's channels: what the first convolution reads, where Focus has turned each into four. */
function inputChannels(sequence: ModuleNode): number {
  const [first] = Object.values(sequence.children)
  const columns = first && firstWeight(first)?.shape[1]
  if (columns === undefined) return 3
  return first && shortName(first.className) === 'Focus' ? columns / 4 : columns
}

function firstWeight(node: ModuleNode): ModuleTensor | undefined {
  if (node.tensors.weight) return node.tensors.weight
  for (const child of Object.values(node.children)) {
    const weight = firstWeight(child)
    if (weight) return weight
  }
  return undefined
}

function collectGraph(tracer: Tracer, root: ModuleNode): ChannelGraph {
  fixWhatNothingAbsorbs(tracer)
  const { sets } = tracer
  const numbers = new Map<number, number>()
  const groupOf = (id: number): number => {
    const set = sets.find(id)
    const number = numbers.get(set) ?? numbers.size
    numbers.set(set, number)
    return number
  }
  const traced = new Map(tracer.norms.map(({ name, ids }) => [name, ids.map(groupOf)]))
  const convs = tracer.convs.map((conv) => graphConv(tracer, conv, groupOf))
  const members: [number, number][][] = Array.from(numbers, () => [])
  const all = listNorms(root)
  all.forEach(({ name }, norm) => {
    traced.get(name)?.forEach((group, channel) => {
      members[group]?.push([norm, channel])
    })
  })
  const sinkIndex = new Map(all.map(({ name }, index) => [name, index]))
  const tracedToGraph = tracer.norms.map(({ name }) => sinkIndex.get(name) ?? -1)
  const groups = [...numbers.keys()].map((set, index): ChannelGroup => {
    const gated = members[index] ?? []
    return {
      members: gated,
      fixed: sets.fixedReason(set) ?? (gated.length > 0 ? undefined : l10n.t('has no BatchNorm')),
    }
  })
  return {
    groups,
    norms: all.map(({ name, node }) => graphNorm(name, node, traced.get(name), groups, all)),
    convs: convs.map((conv) => ({
      ...conv,
      sinks: conv.sinks.map((sink) =>
        typeof sink === 'object' ? { ...sink, norm: tracedToGraph[sink.norm] ?? -1 } : sink,
      ),
    })),
    otherParameters: countParameters(root) - tracedParameters(tracer),
    warnings: tracer.warnings,
  }
}

/** A convolution with neither bias nor BatchNorm after it cannot take up its inputs' constants. */
function fixWhatNothingAbsorbs(tracer: Tracer): void {
  for (const conv of tracer.convs) {
    if (conv.hasBias || isDepthwise(conv)) continue
    const absorbs = conv.outIds.every((_, row) => tracer.rowSink(conv.firstRow + row) !== undefined)
    if (absorbs) continue
    const reason = l10n.t('feeds {0}, which has neither bias nor BatchNorm', conv.name)
    for (const id of conv.inIds) tracer.sets.fix(id, reason)
  }
}

function isDepthwise(conv: { groups: number; weight: ModuleTensor }): boolean {
  return conv.groups > 1 && conv.weight.shape[1] === 1
}

function graphConv(tracer: Tracer, conv: TracedConv, groupOf: (id: number) => number): GraphConv {
  const [, , height = 1, width = 1] = conv.weight.shape
  return {
    name: conv.name,
    weight: conv.weight,
    rowGroups: conv.outIds.map(groupOf),
    columnGroups: conv.inIds.map(groupOf),
    columnConstants: conv.inConstants,
    groups: conv.groups,
    hasBias: conv.hasBias,
    kernelArea: height * width,
    scale: conv.scale,
    sinks: Array.from(conv.outIds, (_, row): Sink | undefined => {
      if (conv.hasBias) return 'bias'
      const sink = tracer.rowSink(conv.firstRow + row)
      return sink && { norm: sink[0], channel: sink[1] }
    }),
  }
}

function graphNorm(
  name: string,
  node: ModuleNode,
  groupNumbers: Int32Array | undefined,
  groups: readonly ChannelGroup[],
  all: readonly { readonly name: string }[],
): GraphNorm {
  const channels = node.tensors.weight?.shape[0] ?? 0
  const numbers = groupNumbers ?? new Int32Array(0)
  const reasons = Array.from(numbers, (number) => groups[number]?.fixed)
  const prunable = reasons.some((reason) => reason === undefined)
  const tied = new Set(
    Array.from(numbers).flatMap((number) => groups[number]?.members.map(([norm]) => norm) ?? []),
  )
  return {
    name,
    channels,
    groups: numbers,
    prunable,
    reason: prunable ? undefined : (reasons[0] ?? l10n.t('is in a module that is not understood')),
    tie: tied.size > 1 ? all[Math.min(...tied)]?.name : undefined,
    gamma: node.tensors.weight?.read?.(),
  }
}

/** Every BatchNorm of the model in the order of registration, named as PyTorch names it. */
function listNorms(root: ModuleNode): { name: string; node: ModuleNode }[] {
  const found: { name: string; node: ModuleNode }[] = []
  const walk = (prefix: string, node: ModuleNode) => {
    const kind = shortName(node.className)
    if (kind === 'BatchNorm2d' || kind === 'SyncBatchNorm') found.push({ name: prefix, node })
    for (const [key, child] of Object.entries(node.children)) {
      walk(prefix === '' ? key : `${prefix}.${key}`, child)
    }
  }
  walk('', root)
  return found
}

const buffers = new Set([
  'running_mean',
  'running_var',
  'num_batches_tracked',
  'anchors',
  'anchor_grid',
  'stride',
])

/** Elements of all parameters, as `sum(p.numel() for p in model.parameters())`. */
export function countParameters(node: ModuleNode): number {
  let count = 0
  for (const [name, tensor] of Object.entries(node.tensors)) {
    if (!buffers.has(name)) count += tensor.shape.reduce((a, b) => a * b, 1)
  }
  for (const child of Object.values(node.children)) count += countParameters(child)
  return count
}

function tracedParameters(tracer: Tracer): number {
  const convs = tracer.convs.reduce(
    (sum, conv) =>
      sum + conv.weight.shape.reduce((a, b) => a * b, 1) + (conv.hasBias ? conv.outIds.length : 0),
    0,
  )
  return tracer.norms.reduce((sum, norm) => sum + 2 * norm.ids.length, convs)
}
