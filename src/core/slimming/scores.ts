import type { ChannelGraph, GraphConv } from './graph'

/** What makes a channel small: its gamma, or (for models trained without sparsity) its filter. */
export const criteria = ['gamma', 'l1', 'l2'] as const
export type Criterion = (typeof criteria)[number]

/** How the scores of channels that are tied together become one. */
export const reductions = ['max', 'mean', 'min', 'sum', 'l2'] as const
export type Reduction = (typeof reductions)[number]

/**
 * Score of every group, small meaning unimportant; NaN for groups that no BatchNorm gates.
 *
 * - `gamma`: |gamma| of the BatchNorm (Liu et al., ICCV 2017).
 * - `l1`, `l2`: norm of the filter that feeds the BatchNorm (Li et al., ICLR 2017), divided by its layer's mean
 *   so that one global threshold compares layers.
 */
export function scoreGroups(
  graph: ChannelGraph,
  criterion: Criterion,
  reduction: Reduction,
): Float64Array {
  const scores = criterion === 'gamma' ? gammaScores(graph) : filterScores(graph, criterion)
  return Float64Array.from(graph.groups, ({ members }) =>
    reduce(
      members.map(([norm, channel]) => scores[norm]?.[channel] ?? Number.NaN),
      reduction,
    ),
  )
}

function reduce(values: readonly number[], reduction: Reduction): number {
  if (values.length === 0) return Number.NaN
  const sum = () => values.reduce((a, b) => a + b, 0)
  switch (reduction) {
    case 'max':
      return Math.max(...values)
    case 'min':
      return Math.min(...values)
    case 'sum':
      return sum()
    case 'mean':
      return sum() / values.length
    case 'l2':
      return Math.hypot(...values)
  }
}

function gammaScores(graph: ChannelGraph): Float64Array[] {
  return graph.norms.map(({ gamma, channels }) =>
    gamma ? Float64Array.from(gamma, Math.abs) : new Float64Array(channels).fill(Number.NaN),
  )
}

/** Per norm and channel: the norm of the convolution row that it normalises, over its layer's mean. */
function filterScores(graph: ChannelGraph, criterion: 'l1' | 'l2'): Float64Array[] {
  const scores = graph.norms.map(({ channels }) => new Float64Array(channels).fill(Number.NaN))
  for (const conv of graph.convs) {
    const norms = conv.rowNorms?.[criterion] ?? rowNorms(conv, criterion)
    const mean = norms.reduce((a, b) => a + b, 0) / norms.length || 1
    conv.sinks.forEach((sink, row) => {
      if (typeof sink !== 'object') return
      const layer = scores[sink.norm]
      if (layer) layer[sink.channel] = (norms[row] ?? Number.NaN) / mean
    })
  }
  return scores
}

/** Norm of every row of a convolution's weight; NaN where its values are not known. */
export function rowNorms(conv: GraphConv, criterion: 'l1' | 'l2'): Float64Array {
  const rows = conv.rowGroups.length
  const values = conv.weight.read?.()
  if (!values) return new Float64Array(rows).fill(Number.NaN)
  const length = values.length / rows
  return Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0
    for (let i = row * length; i < (row + 1) * length; i++) {
      const value = values[i] ?? 0
      sum += criterion === 'l1' ? Math.abs(value) : value * value
    }
    return criterion === 'l1' ? sum : Math.sqrt(sum)
  })
}
