import * as l10n from '@vscode/l10n'
import picomatch from 'picomatch'
import { SlimError } from '../errors'
import type { ChannelGraph } from './graph'
import { type Criterion, type Reduction, scoreGroups } from './scores'

/** The groups that may go, in the order in which they go. */
export type Ranking = {
  /** Groups by ascending score. */
  readonly candidates: readonly number[]
  /** Score by group; NaN where no BatchNorm gates it. */
  readonly scores: Float64Array
  /** Prunable channels in all, counting each member of a group. */
  readonly total: number
  /** Channels gone once the first `i` candidates are: `candidates.length + 1` long, from 0 to `total`. */
  readonly gone: Float64Array
}

/**
 * @throws SlimError `prune/no-prunable-layers`, `prune/no-scores`, `prune/nan-gamma`, `prune/keep-unmatched`
 */
export function rankGroups(
  graph: ChannelGraph,
  options: {
    readonly criterion: Criterion
    readonly reduction: Reduction
    readonly keep: readonly string[]
  },
): Ranking {
  const scores = scoreGroups(graph, options.criterion, options.reduction)
  const candidates = candidateGroups(graph, options.keep, scores)
  const gone = new Float64Array(candidates.length + 1)
  candidates.forEach((group, i) => {
    gone[i + 1] = (gone[i] ?? 0) + (graph.groups[group]?.members.length ?? 0)
  })
  return { candidates, scores, total: gone[candidates.length] ?? 0, gone }
}

/** Score of the candidate at `index`; beyond the last one, infinity. */
export function scoreAt({ candidates, scores }: Ranking, index: number): number {
  return scores[candidates[index] ?? -1] ?? Number.POSITIVE_INFINITY
}

function candidateGroups(
  graph: ChannelGraph,
  keep: readonly string[],
  scores: Float64Array,
): number[] {
  const protectedNorms = matchLayers(graph, keep)
  const candidates: number[] = []
  graph.groups.forEach(({ fixed, members }, group) => {
    if (fixed !== undefined || members.some(([norm]) => protectedNorms.has(norm))) return
    candidates.push(group)
  })
  if (candidates.length === 0) {
    throw new SlimError(
      'prune/no-prunable-layers',
      graph.norms.length === 0
        ? l10n.t('The model has no BatchNorm: it was fused for inference')
        : l10n.t('No channel of the model may be removed'),
      graph.norms.length === 0
        ? l10n.t(
            'Use the checkpoint that train.py wrote (weights/last.pt), not an exported or fused one.',
          )
        : l10n.t('Run `yolov5-slim inspect` to see the reason for each layer, or loosen --keep.'),
    )
  }
  if (candidates.some((group) => Number.isNaN(scores[group]))) throw nanScores(graph)
  const order = evenOrder(graph, candidates, scores)
  return candidates.sort(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || (order[a] ?? 0) - (order[b] ?? 0) || a - b,
  )
}

/**
 * Order among groups of equal score. Proximal training leaves most gammas at exactly zero; a percent below their
 * share shall take them evenly from all layers, not empty the first ones. Each counts by its place among its
 * layer's equals, from 0 to 1.
 */
function evenOrder(
  graph: ChannelGraph,
  candidates: readonly number[],
  scores: Float64Array,
): Float64Array {
  const order = new Float64Array(graph.groups.length)
  const tied = new Map<number, number>()
  for (const group of candidates) {
    const score = scores[group] ?? 0
    tied.set(score, (tied.get(score) ?? 0) + 1)
  }
  const layers = new Map<number, Map<number, number[]>>()
  for (const group of candidates) {
    const score = scores[group] ?? 0
    if ((tied.get(score) ?? 0) < 2) continue
    const layer = graph.groups[group]?.members[0]?.[0] ?? -1
    const byScore = layers.get(layer) ?? new Map<number, number[]>()
    layers.set(layer, byScore)
    const equals = byScore.get(score)
    if (equals) equals.push(group)
    else byScore.set(score, [group])
  }
  for (const byScore of layers.values()) {
    for (const equals of byScore.values()) {
      equals.forEach((group, place) => {
        order[group] = (place + 0.5) / equals.length
      })
    }
  }
  return order
}

function nanScores(graph: ChannelGraph): SlimError {
  const broken = graph.norms.find(({ gamma }) => gamma?.some(Number.isNaN))
  return broken
    ? new SlimError(
        'prune/nan-gamma',
        l10n.t('The gammas of {0} are not numbers (NaN): the training diverged', broken.name),
        l10n.t('Train again with a smaller --sr, or use an earlier checkpoint.'),
      )
    : new SlimError(
        'prune/no-scores',
        l10n.t('The model’s weights could not be scored: they hold NaN, or no values at all'),
        l10n.t('Use another checkpoint, or --criterion gamma.'),
      )
}

function matchLayers(graph: ChannelGraph, globs: readonly string[]): Set<number> {
  const matched = new Set<number>()
  for (const glob of globs) {
    const matches = picomatch(glob)
    const before = matched.size
    graph.norms.forEach(({ name }, norm) => {
      if (matches(name) || matches(name.replace(/\.bn$/, ''))) matched.add(norm)
    })
    if (matched.size === before) {
      throw new SlimError(
        'prune/keep-unmatched',
        l10n.t('--keep {0} matches no layer', glob),
        l10n.t(
          'Layers are named like {0}; `yolov5-slim inspect` lists them.',
          graph.norms[0]?.name ?? '',
        ),
      )
    }
  }
  return matched
}
