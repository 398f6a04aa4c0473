import type { Checkpoint } from '../../../core/checkpoint/checkpoint'
import { mappingOf } from '../../../core/checkpoint/model'
import { type PyDict, PyTensor, type PyValue } from '../../../core/checkpoint/values'
import type { ModuleNode } from '../../../core/slimming/moduleTree'
import type { BuiltinRelease, ParameterEntry, ParameterLayout } from '../contract'
import { fromStateDict, toStateDict } from '../model/layout'
import type { OptimizerState } from '../training/optimizer'
import { dict, float, list, tensor, tuple, wholeScalar } from './python'

/** Hyperparameters of the groups, which torch restores with the state. */
export type GroupOptions = {
  readonly lr: number
  readonly biasLr: number
  readonly initialLr: number
  readonly momentum: number
  readonly weightDecay: number
}

/**
 * `optimizer.state_dict()` as the release's own train.py would save it: parameters numbered by group, and in a group
 * by module.
 */
export function optimizerDict(
  release: BuiltinRelease,
  tree: ModuleNode,
  layout: ParameterLayout,
  state: OptimizerState,
  options: GroupOptions,
): PyDict {
  const first = vectors(layout, state.first)
  const second = state.second && vectors(layout, state.second)
  const states = dict({})
  const groups: PyValue[] = []
  let index = 0
  for (const { names, decay, bias } of stockGroups(release, tree, layout)) {
    const numbers: number[] = []
    for (const { name, shape } of names) {
      const moment = (from: ReadonlyMap<string, Float32Array>): PyTensor =>
        tensor(shape, from.get(name) ?? new Float32Array())
      const entry = second
        ? dict({
            // A tensor from torch 1.12 on, which also takes the int of the older ones.
            step: release === 'v5.0' ? state.steps : wholeScalar(state.steps),
            exp_avg: moment(first),
            exp_avg_sq: moment(second),
          })
        : dict({ momentum_buffer: moment(first) })
      if (state.steps > 0) states.entries.push([index, entry])
      numbers.push(index++)
    }
    const lr = bias ? options.biasLr : options.lr
    const common = {
      lr: float(lr),
      weight_decay: float(decay ? options.weightDecay : 0),
      initial_lr: float(options.initialLr),
    }
    const own = second
      ? {
          betas: tuple(float(options.momentum), float(0.999)),
          eps: float(1e-8),
          amsgrad: false,
          maximize: false,
        }
      : {
          momentum: float(options.momentum),
          dampening: 0,
          nesterov: true,
          maximize: false,
        }
    groups.push(dict({ ...common, ...own, params: list(numbers) }))
  }
  return dict({ state: states, param_groups: list(groups) })
}

/** The reverse; undefined where the checkpoint has no state that fits this model and optimizer. */
export function readOptimizer(
  release: BuiltinRelease,
  tree: ModuleNode,
  layout: ParameterLayout,
  name: OptimizerState['name'],
  checkpoint: Checkpoint,
  saved: PyValue | undefined,
): OptimizerState | undefined {
  const states = mappingOf(mappingOf(saved)?.get('state'))
  if (!states) return undefined
  const byIndex = new Map(states.entries.map(([index, entry]) => [Number(index), mappingOf(entry)]))
  const read = (key: string): Float32Array | undefined => {
    const found = new Map<string, { shape: readonly number[]; data: Float32Array }>()
    let index = 0
    for (const { names } of stockGroups(release, tree, layout)) {
      for (const { name: parameter, shape } of names) {
        const value = byIndex.get(index++)?.get(key)
        if (!(value instanceof PyTensor) || value.shape.join() !== shape.join()) return undefined
        found.set(parameter, { shape, data: checkpoint.readTensor(value) })
      }
    }
    return fromStateDict({ ...layout, statistics: [], statisticsSize: 0 }, found).parameters
  }
  if (name === 'SGD') {
    const first = read('momentum_buffer')
    return first && { name, first, second: undefined, steps: 1 }
  }
  const first = read('exp_avg')
  const second = read('exp_avg_sq')
  const step = byIndex.get(0)?.get('step')
  const steps = step instanceof PyTensor ? (checkpoint.readTensor(step)[0] ?? 0) : Number(step ?? 0)
  return first && second && { name, first, second, steps }
}

type StockGroup = {
  readonly names: readonly ParameterEntry[]
  readonly decay: boolean
  readonly bias: boolean
}

/** The groups in the release's order: gammas, kernels, biases up to v6.1; then biases, kernels, gammas. */
function stockGroups(
  release: BuiltinRelease,
  tree: ModuleNode,
  layout: ParameterLayout,
): readonly StockGroup[] {
  const entries = new Map(layout.parameters.map((entry) => [entry.name, entry]))
  const ordered = tensorNames(tree).flatMap((name) => entries.get(name) ?? [])
  const of = (...kinds: readonly ParameterEntry['kind'][]): ParameterEntry[] =>
    ordered.filter(({ kind }) => kinds.includes(kind))
  const gammas = { names: of('gamma'), decay: false, bias: false }
  const kernels = { names: of('kernel'), decay: true, bias: false }
  const biases = { names: of('bias', 'beta'), decay: false, bias: true }
  return release === 'v6.2' || release === 'v7.0'
    ? [biases, kernels, gammas]
    : [gammas, kernels, biases]
}

/** Tensors in the order of `model.modules()`. */
function tensorNames(node: ModuleNode, path = ''): string[] {
  return [
    ...Object.keys(node.tensors).map((name) => path + name),
    ...Object.entries(node.children).flatMap(([name, child]) =>
      tensorNames(child, `${path}${name}.`),
    ),
  ]
}

function vectors(layout: ParameterLayout, values: Float32Array): Map<string, Float32Array> {
  const dictionary = toStateDict({ ...layout, statistics: [] }, values, new Float32Array())
  return new Map([...dictionary].map(([name, { data }]) => [name, data]))
}
