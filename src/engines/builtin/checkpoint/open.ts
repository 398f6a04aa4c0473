import { readFileSync } from 'node:fs'
import * as l10n from '@vscode/l10n'
import { openSource } from '../../../core/checkpoint/checkpoint'
import { checkpointModel, mappingOf } from '../../../core/checkpoint/model'
import { moduleTree } from '../../../core/checkpoint/moduleTree'
import { originOf } from '../../../core/checkpoint/origin'
import { memorySource } from '../../../core/checkpoint/source'
import { PyDict, type PyValue } from '../../../core/checkpoint/values'
import { SlimError } from '../../../core/errors'
import type { ModuleNode } from '../../../core/slimming/moduleTree'
import {
  type BuiltinRelease,
  builtinReleases,
  type HeadShape,
  type NamedTensor,
  type ParameterLayout,
} from '../contract'
import type { LayerGraph } from '../model/graph'
import { headShape } from '../model/head'
import { parameterLayout } from '../model/layout'
import { lowerNetwork } from '../model/lower'

/** A model that the built-in engine can compute, and the file that it will be saved in the form of. */
export type OpenModel = {
  /** Path of the file, for messages. */
  readonly name: string
  /** The whole checkpoint. It stays valid when the file is overwritten. */
  readonly bytes: Uint8Array
  readonly release: BuiltinRelease
  readonly tree: ModuleNode
  readonly graph: LayerGraph
  readonly layout: ParameterLayout
  readonly head: HeadShape
  /** All tensors of the model as float32, by PyTorch's names. */
  readonly tensors: ReadonlyMap<string, NamedTensor>
  /** Class names; empty where the checkpoint has none. */
  readonly names: readonly string[]
}

/** Opens a checkpoint of YOLOv5 v5.0 to v7.0, pruned ones too. Throws a SlimError. */
export function openModelFile(file: string): OpenModel {
  return openModel(file, readWhole(file))
}

/** @param as the release whose form it has, where that is known; otherwise the file tells. */
export function openModel(name: string, bytes: Uint8Array, as?: BuiltinRelease): OpenModel {
  const checkpoint = openSource(memorySource(name, bytes))
  const { model } = checkpointModel(checkpoint.root)
  const tree = moduleTree(checkpoint, model)
  const graph = named(name, () => lowerNetwork(tree))
  const names = model.state instanceof PyDict ? namesOf(model.state.get('names')) : []
  return {
    name,
    bytes,
    release: as ?? releaseOf(originOf(checkpoint).candidates),
    tree,
    graph,
    layout: parameterLayout(graph),
    head: headShape(tree, graph),
    tensors: allTensors(tree),
    names,
  }
}

/** What is wrong with a network, with the file that it is of. */
function named<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SlimError)) throw error
    const { code, message, remedy } = error
    throw new SlimError(code, l10n.t('{0}: {1}', file, message), remedy, { cause: error })
  }
}

/** The newest of the releases that may have written a checkpoint, of those that the engine knows. */
function releaseOf(candidates: readonly string[]): BuiltinRelease {
  const newest = candidates.at(-1)
  if (newest === 'master') return 'v7.0'
  return builtinReleases.findLast((release) => candidates.includes(release)) ?? 'v7.0'
}

/** Tensors of a module and all below it, read now. */
export function allTensors(node: ModuleNode, path = ''): Map<string, NamedTensor> {
  const all = new Map<string, NamedTensor>()
  for (const [name, { shape, read }] of Object.entries(node.tensors)) {
    if (read) all.set(path + name, { shape, data: read() })
  }
  for (const [name, child] of Object.entries(node.children)) {
    for (const [key, tensor] of allTensors(child, `${path}${name}.`)) all.set(key, tensor)
  }
  return all
}

/** A list, or a dict from class numbers (v7.0). */
function namesOf(value: PyValue | undefined): string[] {
  const entries = mappingOf(value)?.entries
  if (entries) return entries.map(([, name]) => String(name))
  if (value !== null && typeof value === 'object' && 'items' in value) {
    return value.items.map(String)
  }
  return []
}

function readWhole(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new SlimError(
      'checkpoint/unreadable',
      l10n.t('{0} can not be read: {1}', file, error instanceof Error ? error.message : ''),
      l10n.t('Name a checkpoint file, such as runs/train/exp/weights/last.pt.'),
    )
  }
}
