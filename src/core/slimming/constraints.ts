import * as l10n from '@vscode/l10n'
import { countKept } from './cost'
import type { ChannelGraph } from './graph'
import type { TraceWarning } from './tracer'

/** What every layer must keep. */
export type LayerConstraints = {
  /** Kept channels of a layer are rounded up to a multiple of this; 1 leaves them as they fall. */
  readonly round: number
  readonly minChannels: number
  /** Largest share of one layer's channels that may go, 0 to 1. */
  readonly maxLayerPercent: number
}

export type HeldBack = {
  readonly norm: number
  readonly kept: number
  readonly by: 'minimum' | 'cap'
}

/**
 * Gives layers their best removed channels back until each has enough and a round number of them. A group
 * given back may add to other layers, so this repeats until nothing changes; it ends, since groups only return.
 */
export function restoreLayers(
  graph: ChannelGraph,
  removed: Uint8Array,
  scores: Float64Array,
  constraints: LayerConstraints,
): HeldBack[] {
  const heldBack = new Map<number, HeldBack>()
  let changed = true
  while (changed) {
    changed = false
    graph.norms.forEach(({ channels, groups, prunable }, norm) => {
      if (!prunable) return
      const kept = countKept(groups, removed)
      const minimum = Math.min(channels, Math.max(1, constraints.minChannels))
      const capped = Math.ceil(channels * (1 - constraints.maxLayerPercent) - 1e-9)
      const enough = Math.max(kept, minimum, capped)
      const wanted = Math.min(channels, Math.ceil(enough / constraints.round) * constraints.round)
      if (wanted <= kept) return
      if (enough > kept) {
        const by = capped > Math.max(kept, minimum) ? 'cap' : 'minimum'
        heldBack.set(norm, { norm, kept: wanted, by })
      }
      changed = restoreBest(groups, removed, scores, wanted - kept) || changed
    })
  }
  return [...heldBack.values()]
}

function restoreBest(
  groups: Int32Array,
  removed: Uint8Array,
  scores: Float64Array,
  count: number,
): boolean {
  const candidates: number[] = []
  for (const group of groups) if (removed[group] === 1) candidates.push(group)
  const best = [...new Set(candidates)]
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
    .slice(0, count)
  for (const group of best) removed[group] = 0
  return best.length > 0
}

export function heldBackWarnings(
  graph: ChannelGraph,
  heldBack: readonly HeldBack[],
): TraceWarning[] {
  return heldBack.map(({ norm, kept, by }) => {
    const name = graph.norms[norm]?.name ?? ''
    return by === 'cap'
      ? {
          code: 'prune/layer-capped',
          text: l10n.t('{0} keeps {1} channels: the share of one layer is capped', name, kept),
        }
      : {
          code: 'prune/layer-held-back',
          text: l10n.t('{0} would have kept too few channels; it keeps {1}', name, kept),
        }
  })
}
