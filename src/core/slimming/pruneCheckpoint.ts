import * as l10n from '@vscode/l10n'
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint'
import { checkpointModel } from '../checkpoint/model'
import { type ModuleEntry, moduleIndex } from '../checkpoint/moduleIndex'
import { moduleTree } from '../checkpoint/moduleTree'
import { dtypeBytes, PyDict, type PyObject } from '../checkpoint/values'
import { measureCheckpoint, writeCheckpoint } from '../checkpoint/writeCheckpoint'
import { SlimError } from '../errors'
import { networkCost } from './cost'
import { buildChannelGraph, type ChannelGraph } from './graph'
import { type PlannedLayer, type PlanOptions, type PrunePlan, planPrune } from './plan'
import { applyPlan } from './surgery'
import type { TraceWarning } from './tracer'

export type PruneRequest = {
  /** Checkpoint to prune. */
  readonly weights: string
  /** File to write; may be the same. */
  readonly output: string
  readonly options: PlanOptions
  readonly absorb: boolean
  /** Only plan; nothing is written. */
  readonly dryRun: boolean
  /** Image size in pixels for GFLOPs. */
  readonly imageSize: number
}

export type PruneReport = {
  readonly output: string
  /** Score of the smallest channel that the amount asked for spares. */
  readonly threshold: number
  readonly percentAsked: number | null
  readonly percentReached: number
  readonly layers: readonly PlannedLayer[]
  readonly parameters: BeforeAfter
  readonly gflops: BeforeAfter
  /** Size of the checkpoint, and what it would be with all channels in the same format. */
  readonly bytes: BeforeAfter
  readonly warnings: readonly TraceWarning[]
  readonly seconds: number
}

export type BeforeAfter = { readonly before: number; readonly after: number }

/**
 * Prunes a checkpoint: what `yolov5-slim prune` and the extension's Prune command do.
 *
 * @throws SlimError of the checkpoint reader and writer, and of `planPrune`
 */
export function pruneCheckpoint(request: PruneRequest): PruneReport {
  const start = performance.now()
  const checkpoint = openCheckpoint(request.weights)
  try {
    const { model } = checkpointModel(checkpoint.root)
    const graph = buildChannelGraph(moduleTree(checkpoint, model))
    const plan = planPrune(graph, request.options)
    const modules = moduleIndex(model)
    const full = tensorBytes(modules)
    const { removed } = plan
    applyPlan({
      modules,
      readBytes: (tensor) => checkpoint.readTensorBytes(tensor),
      graph,
      removed,
      absorb: request.absorb,
    })
    const saved = full - tensorBytes(modules)
    const root = prunedRoot(checkpoint, model)
    const after = request.dryRun
      ? measureCheckpoint(checkpoint, root)
      : writeCheckpoint(checkpoint, root, request.output)
    return reportOf(request, graph, plan, {
      bytes: { before: after + saved, after },
      seconds: Math.round(performance.now() - start) / 1000,
    })
  } finally {
    checkpoint.close()
  }
}

function reportOf(
  request: PruneRequest,
  graph: ChannelGraph,
  plan: PrunePlan,
  rest: Pick<PruneReport, 'bytes' | 'seconds'>,
): PruneReport {
  const nothing = new Uint8Array(plan.removed.length)
  const before = networkCost(graph, nothing, request.imageSize)
  const after = networkCost(graph, plan.removed, request.imageSize)
  return {
    output: request.output,
    threshold: plan.threshold,
    percentAsked: plan.percentAsked,
    percentReached: plan.percentReached,
    layers: plan.layers,
    parameters: { before: before.parameters, after: after.parameters },
    gflops: { before: before.gflops, after: after.gflops },
    ...rest,
    warnings: plan.warnings,
  }
}

/** Bytes of all tensors of the model. */
function tensorBytes(modules: ReadonlyMap<string, ModuleEntry>): number {
  let bytes = 0
  for (const module of modules.values()) {
    for (const [, tensor] of module.tensors()) {
      bytes += tensor.shape.reduce((a, b) => a * b, 1) * dtypeBytes[tensor.dtype]
    }
  }
  return bytes
}

/**
 * The checkpoint's dict around the pruned model, as the end of a training leaves it. What belongs to the old
 * shapes goes: the optimizer's state and the second copy of the weights. `epoch: -1` and the None entries are
 * read by train.py of v6.1 and older even without --resume.
 */
export function prunedRoot(checkpoint: Pick<Checkpoint, 'root'>, model: PyObject): PyDict {
  const root = checkpoint.root instanceof PyDict ? checkpoint.root : new PyDict()
  root.set('epoch', -1)
  root.set('model', model)
  for (const key of ['best_fitness', 'ema', 'updates', 'optimizer']) root.set(key, null)
  for (const key of ['training_results', 'wandb_id']) {
    if (root.get(key) !== undefined) root.set(key, null)
  }
  return root
}

/** Refuses amounts that cannot be meant. */
export function checkAmount(percent: number): void {
  if (percent >= 0 && percent < 1) return
  throw new SlimError(
    'prune/bad-percent',
    l10n.t('--percent {0} is not a share of the channels', percent),
    l10n.t('Give a number from 0 to below 1, such as 0.5, or `zero`.'),
  )
}
