import * as l10n from '@vscode/l10n'
import type { ChannelGraph } from './graph'
import { type Ranking, scoreAt } from './ranking'
import type { TraceWarning } from './tracer'

/** How far beyond the asked percent to look for trouble. */
const margin = 0.05
/** A |gamma| above this share of the median of those that stay changes the output noticeably. */
const largeShare = 0.3

/** The share from which on a layer, the first, loses all of its channels: accuracy falls off a cliff there. */
export type PercentLimit = { readonly percent: number; readonly layer: string }

/** Of one ranking, whatever the amount: a preview asks at every move of its slider. */
const limits = new WeakMap<Ranking, { readonly limit: PercentLimit | undefined }>()

/**
 * Goes by the order in which channels go, not by their scores: of the many gammas that proximal training leaves at
 * exactly zero the ranking takes from all layers evenly, so that a layer of nothing but zeros does not go first.
 *
 * @returns undefined where every layer has a channel that stays
 */
export function percentLimit(graph: ChannelGraph, ranking: Ranking): PercentLimit | undefined {
  const known = limits.get(ranking) ?? { limit: findLimit(graph, ranking) }
  limits.set(ranking, known)
  return known.limit
}

function findLimit(graph: ChannelGraph, ranking: Ranking): PercentLimit | undefined {
  const { candidates, gone, total } = ranking
  const places = new Map(candidates.map((group, place) => [group, place]))
  let first: { readonly last: number; readonly layer: string } | undefined
  for (const { name, groups } of graph.norms) {
    let last = -1
    for (const group of groups) last = Math.max(last, places.get(group) ?? Number.POSITIVE_INFINITY)
    if (last >= 0 && last < (first?.last ?? Number.POSITIVE_INFINITY)) first = { last, layer: name }
  }
  return first && { percent: (gone[first.last + 1] ?? 0) / total, layer: first.layer }
}

/** Warnings for a plan that takes the first `taken` candidates. `scoreIsGamma`: scores are |gamma|. */
export function cliffWarnings(
  graph: ChannelGraph,
  ranking: Ranking,
  taken: number,
  scoreIsGamma: boolean,
): TraceWarning[] {
  if (taken === 0) return []
  const { candidates, gone, total } = ranking
  const warnings: TraceWarning[] = []
  const reached = (gone[taken] ?? 0) / total
  const limit = percentLimit(graph, ranking)
  if (limit && reached + margin > limit.percent) {
    warnings.push({
      code: 'prune/cliff',
      text: l10n.t(
        'From {0} % on, {1} would lose its last channels; accuracy falls off a cliff there',
        (limit.percent * 100).toFixed(1),
        limit.layer,
      ),
    })
  }
  if (!scoreIsGamma || taken === candidates.length) return warnings
  const median = scoreAt(ranking, Math.floor((taken + candidates.length) / 2))
  const cut = scoreAt(ranking, taken - 1)
  const beyond = gone.findIndex((count) => count / total > reached + margin)
  const next = scoreAt(ranking, (beyond < 0 ? candidates.length : beyond) - 1)
  if (cut > largeShare * median) {
    warnings.push({
      code: 'prune/large-gamma',
      text: l10n.t(
        'Channels with |gamma| up to {0} are cut, while the median of those that stay is {1}: expect to lose accuracy until finetuned',
        cut.toPrecision(3),
        median.toPrecision(3),
      ),
    })
  } else if (next > largeShare * median) {
    warnings.push({
      code: 'prune/cliff',
      text: l10n.t(
        'Within the next {0} percent |gamma| of what is cut rises from {1} to {2}: this is the edge of the cliff',
        margin * 100,
        cut.toPrecision(3),
        next.toPrecision(3),
      ),
    })
  }
  return warnings
}
