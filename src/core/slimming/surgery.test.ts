import { expect, it } from 'vitest'
import { conv, detect, model } from '../../../test/support/modules'
import { toFloat32 } from '../checkpoint/tensorData'
import { PyStorage, PyTensor } from '../checkpoint/values'
import { buildChannelGraph } from './graph'
import type { ModuleNode } from './moduleTree'
import { applyPlan, type EditableModule } from './surgery'

const silu = (x: number) => x / (1 + Math.exp(-x))

/** The modules of a tree as a checkpoint would hold them, with every tensor in float32. */
function editable(root: ModuleNode) {
  const modules = new Map<string, EditableModule & { numbers: Record<string, number> }>()
  const walk = (path: string, node: ModuleNode) => {
    const tensors = new Map(
      Object.entries(node.tensors).map(([name, { shape, read }]) => {
        const values = read?.() ?? new Float32Array()
        const storage = new PyStorage(
          'float32',
          name,
          'cpu',
          values.length,
          new Uint8Array(values.buffer),
        )
        const stride = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1))
        return [name, new PyTensor(storage, 0, shape, stride, true, null)] as const
      }),
    )
    const numbers: Record<string, number> = {}
    modules.set(path, {
      numbers,
      tensor: (name) => tensors.get(name),
      setAttribute: (name, value) => {
        numbers[name] = value
      },
    })
    for (const [name, child] of Object.entries(node.children)) {
      walk(path === '' ? name : `${path}.${name}`, child)
    }
  }
  walk('', root)
  const values = (path: string, name: string) => {
    const tensor = modules.get(path)?.tensor(name)
    return (
      tensor && {
        shape: tensor.shape,
        values: [...toFloat32(tensor.dtype, tensor.storage.bytes ?? new Uint8Array())],
      }
    )
  }
  return { modules, values }
}

const network = () =>
  model(
    [-1, conv(1, [0, 1, 0], { weight: [1, 2, 3], beta: [1, 0.5, -2] })],
    [-1, conv(3, [1, 1], { weight: [1, 2, 3, 4, 5, 6] })],
    [[-1], detect(2)],
  )

function cut(absorb: boolean) {
  const root = network()
  const graph = buildChannelGraph(root)
  const removed = new Uint8Array(graph.groups.length)
  for (const channel of [0, 2]) removed[graph.norms[0]?.groups[channel] ?? -1] = 1
  const { modules, values } = editable(root)
  const readBytes = (tensor: PyTensor) => tensor.storage.bytes ?? new Uint8Array()
  applyPlan({ modules, readBytes, graph, removed, absorb })
  return { modules, values }
}

it('cuts rows and columns and corrects the channel counts', () => {
  const { modules, values } = cut(false)
  expect(values('model.0.conv', 'weight')).toEqual({ shape: [1, 1, 1, 1], values: [2] })
  expect(values('model.0.bn', 'bias')).toEqual({ shape: [1], values: [0.5] })
  expect(values('model.1.conv', 'weight')).toEqual({ shape: [2, 1, 1, 1], values: [2, 5] })
  expect(modules.get('model.0.conv')?.numbers).toEqual({ out_channels: 1, in_channels: 1 })
  expect(modules.get('model.1.conv')?.numbers).toEqual({ out_channels: 2, in_channels: 1 })
  expect(modules.get('model.0.bn')?.numbers).toEqual({ num_features: 1 })
  expect(modules.get('model.1.bn')?.numbers).toEqual({})
})

it('moves what the removed constants did into the running mean', () => {
  const { values } = cut(true)
  const means = values('model.1.bn', 'running_mean')?.values ?? []
  const constant = (first: number, second: number) => first * silu(1) + second * silu(-2)
  expect(means[0]).toBeCloseTo(0.1 - constant(1, 3), 6)
  expect(means[1]).toBeCloseTo(0.1 - constant(4, 6), 6)
})

it('drops the constants when asked to', () => {
  expect(cut(false).values('model.1.bn', 'running_mean')?.values[0]).toBeCloseTo(0.1, 6)
})

it('moves constants that reach a prediction into its bias', () => {
  const root = model([-1, conv(1, [0, 1], { beta: [1, 0] })], [[-1], detect(2)])
  const graph = buildChannelGraph(root)
  const removed = new Uint8Array(graph.groups.length)
  removed[graph.norms[0]?.groups[0] ?? -1] = 1
  const { modules, values } = editable(root)
  applyPlan({
    modules,
    readBytes: (tensor) => tensor.storage.bytes ?? new Uint8Array(),
    graph,
    removed,
    absorb: true,
  })
  expect(values('model.1.m.0', 'weight')?.shape).toEqual([6, 1, 1, 1])
  expect(values('model.1.m.0', 'bias')?.values[0]).toBeCloseTo(0.1 + 0.1 * silu(1), 6)
})
