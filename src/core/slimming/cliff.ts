import * as l10n from '@vscode/l10n'
import type { HeldBack } from './constraints'
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

/**
 * Warnings for a plan that asks for the first `taken` candidates and, after rounding, floors and caps, removes those
 * whose `removed` is 1. `scoreIsGamma`: scores are |gamma|.
 */
export function cliffWarnings(
  graph: ChannelGraph,
  ranking: Ranking,
  {
    taken,
    removed,
    heldBack,
  }: {
    readonly taken: number
    readonly removed: Uint8Array
    readonly heldBack: readonly HeldBack[]
  },
  scoreIsGamma: boolean,
): TraceWarning[] {
  const { candidates, gone, total } = ranking
  const end = candidates.findLastIndex((group) => removed[group] === 1) + 1
  if (end === 0) return []
  const warnings: TraceWarning[] = []
  const limit = percentLimit(graph, ranking)
  const asked = (gone[taken] ?? 0) / total
  if (limit && asked + margin > limit.percent && !isSpared(graph, limit, removed, heldBack)) {
    warnings.push({
      code: 'prune/cliff',
      text: l10n.t(
        'From {0} % on, {1} would lose its last channels; accuracy falls off a cliff there',
        (limit.percent * 100).toFixed(1),
        limit.layer,
      ),
    })
  }
  if (!scoreIsGamma) return warnings
  const median = medianKept(ranking, removed)
  const cut = scoreAt(ranking, end - 1)
  const reached = (gone[end] ?? 0) / total
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

/** Whether a cap, or a floor above all that it has, keeps a layer from losing its last channels at any amount. */
function isSpared(
  graph: ChannelGraph,
  { layer }: PercentLimit,
  removed: Uint8Array,
  heldBack: readonly HeldBack[],
): boolean {
  const norm = graph.norms.findIndex(({ name }) => name === layer)
  return (
    heldBack.some((held) => held.norm === norm && held.by === 'cap') ||
    graph.norms[norm]?.groups.every((group) => removed[group] !== 1) === true
  )
}

/** The median score of the candidates that stay; infinity where none does. They are sorted: counting finds it. */
function medianKept(ranking: Ranking, removed: Uint8Array): number {
  const { candidates } = ranking
  let kept = 0
  for (const group of candidates) if (removed[group] !== 1) kept++
  let before = Math.floor(kept / 2)
  const index = candidates.findIndex((group) => removed[group] !== 1 && before-- === 0)
  return scoreAt(ranking, index)
}
