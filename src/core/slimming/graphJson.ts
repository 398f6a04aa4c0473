import {
  float32FromBase64,
  float64FromBase64,
  int32FromBase64,
  toBase64,
  uint8FromBase64,
} from './base64'
import type { ChannelGraph, GraphConv, GraphNorm, RowNorms, Sink } from './graph'
import type { TraceWarning } from './tracer'

/** A channel graph as JSON, with everything that planning and counting need, and no weights. */
export type GraphJson = {
  /** Why groups are fixed, each said once. */
  readonly reasons: readonly string[]
  /** int32 per group: index into `reasons`, or -1. */
  readonly fixed: string
  readonly norms: readonly NormJson[]
  readonly convs: readonly ConvJson[]
  readonly otherParameters: number
  readonly warnings: readonly TraceWarning[]
}

export type NormJson = {
  readonly name: string
  readonly channels: number
  /** int32 per channel. */
  readonly groups: string
  readonly prunable: boolean
  readonly reason?: string | undefined
  readonly tie?: string | undefined
  /** float32 per channel. */
  readonly gamma?: string | undefined
}

export type ConvJson = {
  readonly name: string
  readonly shape: readonly number[]
  /** int32 */
  readonly rowGroups: string
  /** int32 */
  readonly columnGroups: string
  /** uint8 per column: 0 where no constant is left, 2 where it cannot be removed (NaN), 1 otherwise. */
  readonly constants: string
  readonly groups: number
  readonly hasBias: boolean
  readonly kernelArea: number
  readonly scale: number
  /** int32, two for each row: norm and channel; norm is -1 without a sink and -2 for the own bias. */
  readonly sinks: string
}

/** Norms of the rows of every convolution, float64, in the order of `ChannelGraph.convs`. */
export type RowNormsJson = readonly { readonly l1: string; readonly l2: string }[]

const noSink = -1
const biasSink = -2

export function encodeGraph(graph: ChannelGraph): GraphJson {
  const reasons = [...new Set(graph.groups.flatMap(({ fixed }) => fixed ?? []))]
  const numbers = new Map(reasons.map((reason, index) => [reason, index]))
  return {
    reasons,
    fixed: toBase64(Int32Array.from(graph.groups, ({ fixed }) => numbers.get(fixed ?? '') ?? -1)),
    norms: graph.norms.map(({ groups, gamma, ...norm }) => ({
      ...norm,
      groups: toBase64(groups),
      ...(gamma ? { gamma: toBase64(gamma) } : {}),
    })),
    convs: graph.convs.map((conv) => ({
      name: conv.name,
      shape: conv.weight.shape,
      rowGroups: toBase64(conv.rowGroups),
      columnGroups: toBase64(conv.columnGroups),
      constants: toBase64(Uint8Array.from(conv.columnConstants, constantKind)),
      groups: conv.groups,
      hasBias: conv.hasBias,
      kernelArea: conv.kernelArea,
      scale: conv.scale,
      sinks: toBase64(Int32Array.from(conv.sinks.flatMap(sinkNumbers))),
    })),
    otherParameters: graph.otherParameters,
    warnings: graph.warnings,
  }
}

/** Surgery needs the constants themselves; plans and sizes only whether there is one. */
function constantKind(constant: number): number {
  if (Number.isNaN(constant)) return 2
  return constant === 0 ? 0 : 1
}

function sinkNumbers(sink: Sink | undefined): readonly [number, number] {
  if (sink === undefined) return [noSink, 0]
  return sink === 'bias' ? [biasSink, 0] : [sink.norm, sink.channel]
}

/**
 * The graph again. Plans, costs and sizes from it equal those of the original; its weights are not there to be read,
 * and 1 stands for every constant.
 *
 * @param rowNorms what the criteria l1 and l2 score by
 * @throws RangeError where the JSON is not what `encodeGraph` gives
 */
export function decodeGraph(json: GraphJson, rowNorms?: RowNormsJson): ChannelGraph {
  const norms = json.norms.map(
    (norm): GraphNorm => ({
      name: norm.name,
      channels: norm.channels,
      groups: int32FromBase64(norm.groups),
      prunable: norm.prunable,
      reason: norm.reason,
      tie: norm.tie,
      gamma: norm.gamma === undefined ? undefined : float32FromBase64(norm.gamma),
    }),
  )
  const fixed = int32FromBase64(json.fixed)
  const members: [number, number][][] = Array.from(fixed, () => [])
  norms.forEach(({ groups }, norm) => {
    groups.forEach((group, channel) => {
      const list = members[group]
      if (!list) throw new RangeError(`no group ${group}`)
      list.push([norm, channel])
    })
  })
  return {
    groups: members.map((list, group) => ({
      members: list,
      fixed: json.reasons[fixed[group] ?? -1],
    })),
    norms,
    convs: json.convs.map((conv, index) => decodeConv(conv, rowNorms?.[index])),
    otherParameters: json.otherParameters,
    warnings: json.warnings,
  }
}

function decodeConv(json: ConvJson, rowNorms: RowNormsJson[number] | undefined): GraphConv {
  const { shape, sinks, constants, ...plain } = json
  const pairs = int32FromBase64(sinks)
  return {
    ...plain,
    weight: { shape },
    ...(rowNorms ? { rowNorms: decodeRowNorms(rowNorms) } : {}),
    rowGroups: int32FromBase64(json.rowGroups),
    columnGroups: int32FromBase64(json.columnGroups),
    columnConstants: Float64Array.from(uint8FromBase64(constants), (kind) =>
      kind === 2 ? Number.NaN : kind,
    ),
    sinks: Array.from({ length: pairs.length / 2 }, (_, row): Sink | undefined => {
      const norm = pairs[2 * row] ?? noSink
      if (norm === noSink) return undefined
      return norm === biasSink ? 'bias' : { norm, channel: pairs[2 * row + 1] ?? 0 }
    }),
  }
}

function decodeRowNorms({ l1, l2 }: RowNormsJson[number]): RowNorms {
  return { l1: float64FromBase64(l1), l2: float64FromBase64(l2) }
}
