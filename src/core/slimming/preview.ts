import { SlimError } from '../errors'
import type { NetworkView } from './checkpointView'
import { percentLimit } from './cliff'
import { type Cost, networkCost } from './cost'
import type { ChannelGraph } from './graph'
import { decodeGraph, type RowNormsJson } from './graphJson'
import { type PlanOptions, type PrunePlan, planPrune } from './plan'
import { prunedSize } from './prunedSize'
import { type Ranking, rankGroups, scoreAt } from './ranking'

/** What a preview depends on; `imageSize` in pixels, for GFLOPs. */
export type PreviewedOptions = PlanOptions & {
  readonly absorb: boolean
  readonly imageSize: number
}

/** A point of the sorted curve: how large the score is once this share of the prunable channels lies below. */
export type CurvePoint = { readonly share: number; readonly score: number }

export type BeforeAfter = { readonly before: number; readonly after: number }

/** What pruning with some options gives; the same as `yolov5-slim prune --dry-run` says. */
export type Outcome = {
  readonly plan: PrunePlan
  readonly channels: BeforeAfter
  readonly parameters: BeforeAfter
  readonly gflops: BeforeAfter
  /** Undefined where only pruning tells. */
  readonly bytes: BeforeAfter | undefined
  readonly curve: readonly CurvePoint[]
  /** Share of channels from which on a layer would lose its last ones; undefined where no layer can. */
  readonly cliff: { readonly share: number; readonly layer: string } | undefined
}

export type Problem = { readonly code: string; readonly text: string; readonly remedy: string }

/** The sorting that all amounts share. */
type Ranked = {
  readonly key: string
  readonly ranking: Ranking
  readonly curve: readonly CurvePoint[]
  readonly cliff: Outcome['cliff']
}

const curvePoints = 400

/**
 * Recomputes the plan of one checkpoint as its options change. What does not depend on the amount is kept from one
 * call to the next.
 */
export class Preview {
  readonly graph: ChannelGraph
  readonly hasNorms: boolean
  private ranked: Ranked | undefined
  private readonly before = new Map<number, Cost>()

  /** @throws RangeError where the network is not what `encodeGraph` gives */
  constructor(
    private readonly network: NetworkView,
    norms?: RowNormsJson,
  ) {
    this.graph = decodeGraph(network.graph, norms)
    this.hasNorms = norms !== undefined
  }

  outcome(options: PreviewedOptions): Outcome | Problem {
    try {
      return this.compute(options)
    } catch (error) {
      if (!(error instanceof SlimError)) throw error
      return { code: error.code, text: error.message, remedy: error.remedy }
    }
  }

  private compute(options: PreviewedOptions): Outcome {
    const { graph } = this
    const { ranking, curve, cliff } = this.rank(options)
    const plan = planPrune(graph, options, ranking)
    const before = this.costBefore(options.imageSize)
    const after = networkCost(graph, plan.removed, options.imageSize)
    const { size } = this.network
    const channels = { before: 0, after: 0 }
    for (const layer of plan.layers) {
      channels.before += layer.before
      channels.after += layer.after
    }
    return {
      plan,
      channels,
      parameters: { before: before.parameters, after: after.parameters },
      gflops: { before: before.gflops, after: after.gflops },
      bytes: size ? prunedSize(graph, size, plan.removed, options.absorb) : undefined,
      curve,
      cliff,
    }
  }

  private rank({ criterion, reduction, keep }: PreviewedOptions): Ranked {
    const key = JSON.stringify([criterion, reduction, keep])
    if (this.ranked?.key === key) return this.ranked
    const ranking = rankGroups(this.graph, { criterion, reduction, keep })
    const limit = percentLimit(this.graph, ranking)
    this.ranked = {
      key,
      ranking,
      curve: curveOf(ranking),
      cliff: limit && { share: limit.percent, layer: limit.layer },
    }
    return this.ranked
  }

  private costBefore(imageSize: number): Cost {
    const known = this.before.get(imageSize)
    if (known) return known
    const cost = networkCost(this.graph, new Uint8Array(this.graph.groups.length), imageSize)
    this.before.set(imageSize, cost)
    return cost
  }
}

/** Scores in ascending order, thinned to what a screen shows. */
function curveOf(ranking: Ranking): CurvePoint[] {
  const { candidates, gone, total } = ranking
  const last = candidates.length - 1
  const step = Math.max(1, last / (curvePoints - 1))
  const points: CurvePoint[] = []
  for (let at = 0; at < last + step && points.length < curvePoints + 1; at += step) {
    const index = Math.min(last, Math.round(at))
    points.push({ share: (gone[index + 1] ?? 0) / total, score: scoreAt(ranking, index) })
    if (index === last) break
  }
  return points
}

export function isProblem(outcome: Outcome | Problem): outcome is Problem {
  return 'remedy' in outcome
}
