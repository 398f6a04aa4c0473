import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { ModuleNode } from '../../../core/slimming/moduleTree'
import type { BuiltinRelease } from '../contract'
import { buildCheckpoint } from './build'
import { openModel, openModelFile } from './open'
import { isPruned, ownYaml } from './pruned'

const folder = join(import.meta.dirname, '../../../../test/golden/network')

/** What the real release built: class, attributes and shapes of every module. */
function outline(node: ModuleNode): unknown {
  const { _is_full_backward_hook, ...attributes } = node.attributes
  return {
    className: node.className,
    attributes,
    tensors: Object.fromEntries(
      Object.entries(node.tensors).map(([name, { shape }]) => [name, shape]),
    ),
    children: Object.fromEntries(
      Object.entries(node.children).map(([name, child]) => [name, outline(child)]),
    ),
  }
}

const cases: readonly [string, BuiltinRelease][] = [
  ['v5.0', 'v5.0'],
  ['csp', 'v5.0'],
  ['v6.0', 'v6.0'],
  ['v6.1', 'v6.1'],
  ['v6.2', 'v6.2'],
  ['p6', 'v6.2'],
  ['v7.0', 'v7.0'],
  ['ghost', 'v7.0'],
  ['leaky', 'v7.0'],
  ['depthwise', 'v7.0'],
]

describe.each(cases)('%s', (name, release) => {
  const real = openModelFile(join(folder, `${name}.pt`))
  const names = ['circle', 'square', 'triangle']
  const text = stringify(ownYaml(real))
  const options = { release, file: 'm.yaml', text, nc: 3, names, anchorsPerLevel: undefined }
  const built = openModel('built', buildCheckpoint({ ...options, seed: 1 }))

  it('is built as the release builds it: classes, attributes, shapes', () => {
    // train.py sets the classes after the model is built.
    const untrained = ({ tree }: typeof real): ModuleNode => {
      const { nc, names, ...attributes } = tree.attributes
      return { ...tree, attributes }
    }
    expect(outline(untrained(built))).toEqual(outline(untrained(real)))
    expect(built.head.strides).toEqual(real.head.strides)
    built.head.anchors.flat(2).forEach((side, i) => {
      expect(side).toBeCloseTo(real.head.anchors.flat(2)[i] ?? Number.NaN, 0)
    })
    expect(built.names).toEqual(names)
    expect(built.release).toBe(real.release)
  })

  it('starts from weights of the same spread, the same for the same seed', () => {
    for (const { name, kind, size } of real.layout.parameters) {
      if (kind !== 'kernel' || size < 300) continue
      const range = (model: typeof real): number =>
        Math.max(...(model.tensors.get(name)?.data ?? []).map(Math.abs))
      expect(range(built) / range(real), name).toBeGreaterThan(0.75)
      expect(range(built) / range(real), name).toBeLessThan(1.33)
    }
    const again = (seed: number): Buffer => Buffer.from(buildCheckpoint({ ...options, seed }))
    expect(again(1).equals(built.bytes)).toBe(true)
    expect(again(2).equals(built.bytes)).toBe(false)
  })

  it('is no pruned model', () => {
    expect(isPruned(real)).toBe(false)
  })
})

it('tells a pruned model by its own yaml', () => {
  expect(isPruned(openModelFile(join(folder, 'pruned.pt')))).toBe(true)
})

/** A model of one row and Detect. */
function buildOf(row: readonly unknown[], release: BuiltinRelease = 'v6.2'): Uint8Array {
  const text = stringify({
    ...{ nc: 3, depth_multiple: 1, width_multiple: 1, anchors: 3 },
    backbone: [row],
    head: [[[0], 1, 'Detect', ['nc', 'anchors']]],
  })
  return buildCheckpoint({
    ...{ release, file: 'm.yaml', text, nc: 3, names: ['a', 'b', 'c'], seed: 0 },
    anchorsPerLevel: undefined,
  })
}

it.each([
  ['C3TR', [64]],
  // Rows of hub/yolov3-tiny.yaml and of segmentation models, whose arguments are others.
  ['nn.MaxPool2d', [2, 2, 0]],
  ['nn.ZeroPad2d', [[0, 1, 0, 1]]],
  ['Segment', ['nc', 'anchors', 32, 256]],
])('names a module that it lacks, with its layer: %s', (module, args) => {
  expect(() => buildOf([-1, 1, module, args])).toThrowError(
    `Layer 0 of the model yaml is a ${module}`,
  )
})

it('reads a kernel given by both sides, as in hub/yolov3.yaml up to v6.0', () => {
  const { tensors } = openModel('m.yaml', buildOf([-1, 1, 'Conv', [16, [1, 1]]], 'v6.0'), 'v6.0')
  expect(tensors.get('model.0.conv.weight')?.shape).toEqual([16, 3, 1, 1])
  expect(() => buildOf([-1, 1, 'Conv', [16, [1, 3]]])).toThrowError('layer 0, Conv')
})
