import * as l10n from '@vscode/l10n'
import type { ChannelGraph } from './graph'
import { type Ranking, scoreAt } from './ranking'
import type { TraceWarning } from './tracer'

/** How far beyond the asked percent to look for trouble. */
const margin = 0.05
/** A |gamma| above this share of the median of those that stay changes the output noticeably. */
const largeShare = 0.3

/** Where the first layer loses all of its channels: the published cliffs of accuracy lie there. */
export type PercentLimit = { readonly percent: number; readonly layer: string }

/** Of one ranking, whatever the amount: a preview asks at every move of its slider. */
const limits = new WeakMap<Ranking, { readonly limit: PercentLimit | undefined }>()

export function percentLimit(graph: ChannelGraph, ranking: Ranking): PercentLimit | undefined {
  const known = limits.get(ranking) ?? { limit: findLimit(graph, ranking) }
  limits.set(ranking, known)
  return known.limit
}

function findLimit(graph: ChannelGraph, ranking: Ranking): PercentLimit | undefined {
  const { candidates, scores, gone, total } = ranking
  const prunable = new Set(candidates)
  let weakest: { readonly best: number; readonly layer: string } | undefined
  for (const { name, groups } of graph.norms) {
    if (groups.length === 0 || groups.some((group) => !prunable.has(group))) continue
    const best = groups.reduce((max, group) => Math.max(max, scores[group] ?? 0), 0)
    if (!weakest || best < weakest.best) weakest = { best, layer: name }
  }
  if (!weakest) return undefined
  const { best, layer } = weakest
  const below = candidates.findIndex((group) => (scores[group] ?? 0) >= best)
  return { percent: (gone[below] ?? 0) / total, layer }
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
