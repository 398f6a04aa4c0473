import type { Checkpoint } from '../core/checkpoint/checkpoint'
import { inspectCheckpoint } from '../core/checkpoint/inspect'
import { checkpointModel, mappingOf } from '../core/checkpoint/model'
import { moduleIndex } from '../core/checkpoint/moduleIndex'
import { moduleTree } from '../core/checkpoint/moduleTree'
import { originOf } from '../core/checkpoint/origin'
import { PyDict, PyFloat, PyObject, type PyValue } from '../core/checkpoint/values'
import { SlimError } from '../core/errors'
import { toBase64 } from '../core/slimming/base64'
import type { CheckpointView, NetworkView, TrainingFacts } from '../core/slimming/checkpointView'
import { buildChannelGraph, type ChannelGraph } from '../core/slimming/graph'
import { encodeGraph, type RowNormsJson } from '../core/slimming/graphJson'
import { rowNorms } from '../core/slimming/scores'
import { sizeFacts } from '../core/slimming/sizeFacts'

/** What of a hostile file is shown at most. */
const mostNames = 1000
const mostItems = 100
const longest = 300

/**
 * Everything that the checkpoint viewer and the prune preview show, without a weight.
 *
 * @throws SlimError `checkpoint/…` where there is no model at all, and for damage
 */
export function checkpointView(checkpoint: Checkpoint): CheckpointView {
  const inspection = inspectCheckpoint(checkpoint)
  const training = trainingFacts(checkpoint.root)
  const network = inspection.obstacle ?? networkOf(checkpoint)
  const pruned = 'graph' in network
  return {
    release: short(inspection.release),
    candidates: originOf(checkpoint).candidates,
    evidence: inspection.evidence.slice(0, mostItems).map(short),
    modelClass: inspection.modelClass === null ? null : short(inspection.modelClass),
    classCount: inspection.names.length,
    names: inspection.names.slice(0, mostNames).map(short),
    parameters: inspection.parameters,
    bytes: inspection.bytes,
    precision: inspection.precision,
    finished: inspection.finished,
    unsafeGlobals: inspection.unsafeGlobals.slice(0, mostItems).map(short),
    training,
    obstacle: pruned ? null : network,
    network: pruned ? network : null,
    layers: pruned ? [] : bareLayers(checkpoint),
  }
}

/**
 * Row norms of every convolution, for the criteria l1 and l2. Reads all weights.
 *
 * @throws SlimError as reading does, and `model/not-yolov5`
 */
export function checkpointNorms(checkpoint: Checkpoint): RowNormsJson {
  return graphOf(checkpoint).convs.map((conv) => ({
    l1: toBase64(rowNorms(conv, 'l1')),
    l2: toBase64(rowNorms(conv, 'l2')),
  }))
}

function graphOf(checkpoint: Checkpoint): ChannelGraph {
  return buildChannelGraph(moduleTree(checkpoint, checkpointModel(checkpoint.root).model))
}

/** The channel graph, or why there is none. */
function networkOf(checkpoint: Checkpoint): NetworkView | NonNullable<CheckpointView['obstacle']> {
  try {
    const graph = graphOf(checkpoint)
    return { graph: encodeGraph(graph), size: sizeFacts(checkpoint, graph) ?? null }
  } catch (error) {
    if (!(error instanceof SlimError)) throw error
    return { code: error.code, text: error.message, remedy: error.remedy }
  }
}

/** BatchNorms of a model that is no YOLOv5's; none of a state dict, which has no modules. */
function bareLayers(checkpoint: Checkpoint): CheckpointView['layers'] {
  let modules: ReturnType<typeof moduleIndex>
  try {
    modules = moduleIndex(checkpointModel(checkpoint.root).model)
  } catch {
    return []
  }
  return [...modules.values()].flatMap((module) => {
    const gamma = module.tensor('weight')
    if (!gamma || !module.tensor('running_mean')) return []
    return [{ name: module.path, gamma: toBase64(checkpoint.readTensor(gamma)) }]
  })
}

/** Options of train.py worth showing, by their names from v5.0 to v7.0. */
const shownOptions = [
  ...['weights', 'cfg', 'data', 'hyp', 'epochs', 'batch_size', 'imgsz', 'img_size'],
  ...['optimizer', 'device', 'name', 'single_cls', 'freeze'],
] as const

function trainingFacts(root: PyValue): TrainingFacts {
  const dict = root instanceof PyDict ? root : new PyDict()
  const epoch = dict.get('epoch')
  const options: [string, string][] = []
  for (const key of shownOptions) {
    const value = textOf(mappingOf(dict.get('opt'))?.get(key))
    if (value !== undefined && value !== '') options.push([key, value])
  }
  return {
    epoch: typeof epoch === 'number' && epoch >= 0 ? epoch : null,
    bestFitness: numberOf(dict.get('best_fitness')),
    date: textOf(dict.get('date')) ?? null,
    options: Object.fromEntries(options),
  }
}

/** A number; of a tensor or numpy scalar none, since its bytes may mean anything. */
function numberOf(value: PyValue | undefined): number | null {
  if (value instanceof PyFloat) return Number.isFinite(value.value) ? value.value : null
  return typeof value === 'number' ? value : null
}

function textOf(value: PyValue | undefined): string | undefined {
  if (typeof value === 'string') return short(value)
  if (value instanceof PyFloat) return String(value.value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof PyObject && /^pathlib\./.test(value.className ?? '')) return pathText(value)
  return undefined
}

/** A pathlib path is pickled as its parts. */
function pathText({ args }: PyObject): string | undefined {
  const items = args !== null && typeof args === 'object' && 'items' in args ? args.items : []
  const parts = items.filter((item) => typeof item === 'string')
  return parts.length === 0 ? undefined : short(parts.join('/').replace(/^\/\//, '/'))
}

function short(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
