import type { Checkpoint } from '../core/checkpoint/checkpoint'
import type { GammaLayer } from '../core/checkpoint/gammas'
import { type Inspection, inspectCheckpoint } from '../core/checkpoint/inspect'
import { checkpointModel } from '../core/checkpoint/model'
import { moduleTree } from '../core/checkpoint/moduleTree'
import { SlimError } from '../core/errors'
import { buildChannelGraph, type ChannelGraph } from '../core/slimming/graph'

/** A BatchNorm layer with whether pruning can touch it. */
export type InspectedLayer = GammaLayer & {
  readonly prunable: boolean
  /** Why not; absent where it is prunable. */
  readonly reason?: string
  /** First of the layers whose channels can only go together with this one's. */
  readonly group?: string
}

/** What `inspect --json` prints. */
export type InspectReport = Omit<Inspection, 'gammas'> & {
  readonly layers: readonly InspectedLayer[]
  readonly warnings: ChannelGraph['warnings']
}

/**
 * Everything that is told about a checkpoint, from its data alone.
 *
 * @throws SlimError `checkpoint/…` where there is no model at all, and for damage
 */
export function inspectReport(checkpoint: Checkpoint): InspectReport {
  const { gammas, ...inspection } = inspectCheckpoint(checkpoint)
  const graph = graphOf(checkpoint, inspection)
  if (graph instanceof SlimError) {
    const reason = graph.message
    return {
      ...inspection,
      layers: gammas.map((layer) => ({ ...layer, prunable: false, reason })),
      warnings: [],
    }
  }
  const norms = new Map(graph.norms.map((norm) => [norm.name, norm]))
  const layers = gammas.map((layer): InspectedLayer => {
    const norm = norms.get(layer.name)
    return {
      ...layer,
      prunable: norm?.prunable ?? false,
      ...(norm?.reason === undefined ? {} : { reason: norm.reason }),
      ...(norm?.tie === undefined ? {} : { group: norm.tie }),
    }
  })
  return { ...inspection, layers, warnings: graph.warnings }
}

/** The channel graph, or why there is none. */
function graphOf(
  checkpoint: Checkpoint,
  { obstacle }: Omit<Inspection, 'gammas'>,
): ChannelGraph | SlimError {
  if (obstacle) return new SlimError('checkpoint/obstacle', obstacle.text, obstacle.remedy)
  try {
    return buildChannelGraph(moduleTree(checkpoint, checkpointModel(checkpoint.root).model))
  } catch (error) {
    if (error instanceof SlimError) return error
    throw error
  }
}
