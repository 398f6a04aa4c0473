import { cliffWarnings } from './cliff'
import { heldBackWarnings, type LayerConstraints, restoreLayers } from './constraints'
import { countKept } from './cost'
import type { ChannelGraph } from './graph'
import { type Ranking, rankGroups, scoreAt } from './ranking'
import type { Criterion, Reduction } from './scores'
import type { TraceWarning } from './tracer'

/** How much to remove. */
export type PruneAmount =
  /** Share of the prunable channels, 0 to 1, by one threshold over the whole network. */
  | { readonly kind: 'percent'; readonly percent: number }
  /** Every channel whose score is below. */
  | { readonly kind: 'threshold'; readonly threshold: number }
  /** Just what costs nothing: |gamma| not above `epsilon`. */
  | { readonly kind: 'zero'; readonly epsilon: number }

export type PlanOptions = LayerConstraints & {
  readonly amount: PruneAmount
  readonly criterion: Criterion
  readonly reduction: Reduction
  /** Globs of layer names that stay whole, e.g. `model.24.*`. */
  readonly keep: readonly string[]
}

export const defaultPlanOptions: Omit<PlanOptions, 'amount'> = {
  criterion: 'gamma',
  reduction: 'max',
  round: 8,
  minChannels: 1,
  maxLayerPercent: 1,
  keep: [],
}

export type PrunePlan = {
  /** 1 for each group of the graph that goes. */
  readonly removed: Uint8Array
  /** The threshold asked for, or the score of the smallest group that the percent spares. */
  readonly threshold: number
  readonly percentAsked: number | null
  /** Share of prunable channels that go. */
  readonly percentReached: number
  readonly layers: readonly PlannedLayer[]
  readonly warnings: readonly TraceWarning[]
}

export type PlannedLayer = {
  readonly name: string
  readonly before: number
  readonly after: number
  /** First layer of those tied together by residual adds. */
  readonly group?: string
}

/**
 * Decides which channels go. Groups are taken in the order of their score until the amount is reached; then
 * layers that would keep too few channels get their best ones back.
 *
 * @param ranking of the same criterion, reduction and keep; who only moves the amount passes it to save the sorting
 * @throws SlimError as `rankGroups` does
 */
export function planPrune(
  graph: ChannelGraph,
  options: PlanOptions,
  ranking: Ranking = rankGroups(graph, options),
): PrunePlan {
  const taken = countTaken(ranking, options.amount)
  const removed = new Uint8Array(graph.groups.length)
  for (const group of ranking.candidates.slice(0, taken)) removed[group] = 1
  const heldBack = restoreLayers(graph, removed, ranking.scores, options)
  let reached = 0
  ranking.candidates.forEach((group, i) => {
    if (removed[group] === 1) reached += (ranking.gone[i + 1] ?? 0) - (ranking.gone[i] ?? 0)
  })
  return {
    removed,
    threshold: thresholdOf(ranking, taken, options.amount),
    percentAsked: options.amount.kind === 'percent' ? options.amount.percent : null,
    percentReached: reached / ranking.total,
    layers: graph.norms.map(({ name, channels, groups, tie }) => ({
      name,
      before: channels,
      after: groups.length > 0 ? countKept(groups, removed) : channels,
      ...(tie === undefined ? {} : { group: tie }),
    })),
    warnings: [
      ...graph.warnings,
      ...heldBackWarnings(graph, heldBack),
      ...cliffWarnings(graph, ranking, { taken, removed, heldBack }, options.criterion === 'gamma'),
    ],
  }
}

function thresholdOf(ranking: Ranking, taken: number, amount: PruneAmount): number {
  if (amount.kind === 'threshold') return amount.threshold
  if (amount.kind === 'zero') return amount.epsilon
  return scoreAt(ranking, Math.min(taken, ranking.candidates.length - 1))
}

/** How many candidates make up the amount; a group is never taken in part. */
function countTaken(ranking: Ranking, amount: PruneAmount): number {
  const { candidates, scores, gone, total } = ranking
  const first = (spared: (group: number, index: number) => boolean): number => {
    const index = candidates.findIndex(spared)
    return index < 0 ? candidates.length : index
  }
  switch (amount.kind) {
    case 'zero':
      return first((group) => (scores[group] ?? 0) > amount.epsilon)
    case 'threshold':
      return first((group) => (scores[group] ?? 0) >= amount.threshold)
    case 'percent': {
      // The slack keeps 0.7 × 10 from falling short of 7 by a rounding error.
      const wanted = amount.percent * total + 1e-9
      return first((_, index) => (gone[index + 1] ?? 0) > wanted)
    }
  }
}
