import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Checkpoint, openCheckpoint, openSource } from './checkpoint'
import { checkpointModel, mappingOf, tensorOf } from './model'
import { moduleIndex } from './moduleIndex'
import { moduleTree } from './moduleTree'
import { memorySource } from './source'
import { codeOf, golden, goldenJson } from './testing'
import { PyDict, PyTensor, type PyValue } from './values'

const kinds = [
  'torch1-kinds-p2.pt',
  'torch1-kinds-p3.pt',
  'torch1-kinds-p4.pt',
  'torch1-kinds-p5.pt',
  'torch2-kinds-p2.pt',
  'deflated.pt',
  'zip64.pt',
]

function valueAt(checkpoint: Checkpoint, ...path: string[]): PyValue | undefined {
  return path.reduce<PyValue | undefined>((at, key) => mappingOf(at)?.get(key), checkpoint.root)
}

function numbersAt(checkpoint: Checkpoint, ...path: string[]): number[] {
  const tensor = tensorOf(valueAt(checkpoint, ...path))
  return tensor ? [...checkpoint.readTensor(tensor)] : []
}

describe.each(kinds)('%s', (file) => {
  const checkpoint = openCheckpoint(golden(file))
  const expected = goldenJson(`${file.startsWith('torch2') ? 'torch2' : 'torch1'}-kinds.json`)

  test('has the numbers that torch sees, for every dtype and view', () => {
    for (const [key, numbers] of Object.entries(expected as Record<string, number[]>)) {
      const nested = mappingOf(valueAt(checkpoint, 'dtypes'))?.get(key) !== undefined
      const found = nested ? numbersAt(checkpoint, 'dtypes', key) : numbersAt(checkpoint, key)
      expect(found, key).toEqual(numbers)
    }
  })

  test('keeps sharing and cycles', () => {
    expect(valueAt(checkpoint, 'first')).toBeInstanceOf(PyTensor)
    expect(valueAt(checkpoint, 'first')).toBe(valueAt(checkpoint, 'second'))
    const base = valueAt(checkpoint, 'base') as PyTensor
    const transposed = valueAt(checkpoint, 'transposed') as PyTensor
    expect(transposed.storage).toBe(base.storage)
    const cycle = valueAt(checkpoint, 'cycle') as PyDict
    expect(cycle.get('self')).toBe(cycle)
  })

  test('reads integers of any size and text of any alphabet', () => {
    const integers = valueAt(checkpoint, 'integers') as { items: PyValue[] }
    const small = [0, -1, 255, 256, 65536, -(2 ** 31), 2 ** 40]
    expect(integers.items.slice(0, 7)).toEqual(small)
    expect(integers.items.slice(7).map(BigInt as (v: unknown) => bigint)).toEqual([
      -(2n ** 53n),
      2n ** 70n,
      -(2n ** 70n),
    ])
    expect(valueAt(checkpoint, 'text')).toBe('ünï\n')
  })

  test('says why a complex tensor has no numbers', () => {
    const tensor = valueAt(checkpoint, 'complex') as PyTensor
    expect(codeOf(() => checkpoint.readTensor(tensor))).toBe('checkpoint/unsupported-dtype')
  })
})

test('the zip64 variant really has a zip64 directory', () => {
  expect(readFileSync(golden('zip64.pt')).includes('PK\x06\x07')).toBe(true)
})

test.each([
  ['legacy.pt', 'checkpoint/legacy'],
  ['torchscript.pt', 'checkpoint/torchscript'],
  ['weights.safetensors', 'checkpoint/safetensors'],
  ['header.onnx', 'checkpoint/onnx'],
  ['no-such.pt', 'checkpoint/not-found'],
  ['', 'checkpoint/not-a-file'],
])('%s is refused as %s', (file, code) => {
  expect(codeOf(() => openCheckpoint(golden(file)))).toBe(code)
})

test.each([
  ['', 'checkpoint/empty'],
  ['version https://git-lfs.github.com/spec/v1\n', 'checkpoint/git-lfs'],
  ['<!DOCTYPE html><html>', 'checkpoint/web-page'],
  ['hello, world', 'checkpoint/not-a-checkpoint'],
  ['PK\x03\x04 and nothing more', 'checkpoint/truncated'],
])('a file that holds %j is refused as %s', (text, code) => {
  const bytes = new TextEncoder().encode(text)
  expect(codeOf(() => openSource(memorySource('x.pt', bytes)))).toBe(code)
})

test('a big-endian file is refused', () => {
  const bytes = readFileSync(golden('torch2-module.pt'))
  const at = bytes.indexOf('little')
  bytes.write('bigbig', at)
  expect(codeOf(() => openSource(memorySource('x.pt', bytes)))).toBe('checkpoint/big-endian')
})

test('reading after close is an error with a code', () => {
  const checkpoint = openCheckpoint(golden('v6.2.pt'))
  const { model } = checkpointModel(checkpoint.root)
  const weight = moduleIndex(model).get('model.0.bn')?.tensor('weight')
  checkpoint.close()
  expect(weight).toBeInstanceOf(PyTensor)
  expect(codeOf(() => checkpoint.readTensor(weight as PyTensor))).toBe('checkpoint/closed')
})

type Facts = {
  gammas: Record<string, number[]>
  modules: string[]
  shapes: Record<string, number[]>
}

describe.each(['v5.0', 'v6.0', 'v6.2', 'v7.0'])('the model that %s saved', (release) => {
  const checkpoint = openCheckpoint(golden(`${release}.pt`))
  const facts = goldenJson(`${release}.json`) as Facts
  const { model, key } = checkpointModel(checkpoint.root)
  const index = moduleIndex(model)

  test('has the modules, shapes and gammas that torch sees', () => {
    expect(key).toBe('model')
    expect([...index.keys()]).toEqual(facts.modules)
    const shapes: Record<string, readonly number[]> = {}
    for (const [path, module] of index) {
      for (const [name, tensor] of module.tensors()) shapes[`${path}.${name}`] = tensor.shape
    }
    expect(shapes).toEqual(facts.shapes)
    for (const [path, gamma] of Object.entries(facts.gammas)) {
      const tensor = index.get(path)?.tensor('weight') as PyTensor
      expect([...checkpoint.readTensor(tensor)]).toEqual(gamma)
    }
  })

  test('becomes a tree with attributes and lazy tensors', () => {
    const conv = moduleTree(checkpoint, model).children.model?.children['0']?.children.conv
    expect(conv?.className).toBe('torch.nn.modules.conv.Conv2d')
    expect(conv?.attributes.kernel_size).toEqual([3, 3])
    expect(conv?.tensors.weight?.shape).toEqual([8, 3, 3, 3])
    expect(conv?.tensors.weight?.read?.()).toHaveLength(8 * 27)
  })
})

test('ema comes before model, and a bare module counts', () => {
  const unfinished = openCheckpoint(golden('unfinished.pt'))
  const found = checkpointModel(unfinished.root)
  expect(found.key).toBe('ema')
  expect(found.model).toBe((unfinished.root as PyDict).get('ema'))
  expect(checkpointModel(openCheckpoint(golden('torch2-module.pt')).root).key).toBe('(root)')
})

test('a module that contains itself is refused', () => {
  const checkpoint = openCheckpoint(golden('torch1-module.pt'))
  const { model } = checkpointModel(checkpoint.root)
  const modules = mappingOf((model.state as PyDict).get('_modules'))
  modules?.set('loop', model)
  expect(codeOf(() => moduleIndex(model))).toBe('checkpoint/module-cycle')
})

test('a large dict finds keys also after its entries were edited', () => {
  const dict = new PyDict()
  for (let i = 0; i < 50; i++) dict.set(`k${i}`, i)
  expect(dict.get('k49')).toBe(49)
  dict.entries.splice(10, 1)
  expect(dict.get('k49')).toBe(49)
  expect(dict.get('k10')).toBeUndefined()
  dict.set('k10', 1)
  expect(dict.entries).toHaveLength(50)
})
