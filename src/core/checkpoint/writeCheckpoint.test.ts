import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { type Checkpoint, openCheckpoint } from './checkpoint'
import { checkpointModel } from './model'
import { moduleIndex } from './moduleIndex'
import { codeOf, golden, scratch } from './testing'
import {
  PyDict,
  PyFloat,
  PyGlobal,
  PyList,
  PyObject,
  PyStorage,
  type PyTensor,
  PyTuple,
  type PyValue,
} from './values'
import { measureCheckpoint, writeCheckpoint } from './writeCheckpoint'

vi.setConfig({ testTimeout: 60_000 })

/** The graph as text with sharing made explicit, tensors by content. */
function fingerprint(checkpoint: Checkpoint): string {
  const seen = new Map<object, number>()
  const lines: string[] = []
  const todo: unknown[] = [checkpoint.root]
  for (let value = todo.pop(); todo.length > 0 || value !== undefined; value = todo.pop()) {
    if (value === null || typeof value !== 'object') {
      lines.push(`${typeof value} ${String(value)}`)
      continue
    }
    if (value instanceof PyFloat || value instanceof PyGlobal) {
      lines.push(JSON.stringify(value))
      continue
    }
    const known = seen.get(value)
    if (known !== undefined && !(value instanceof PyTuple && value.items.length === 0)) {
      lines.push(`see ${known}`)
      continue
    }
    seen.set(value, seen.size)
    if (value instanceof PyStorage) {
      const { dtype, location, numel, opaque } = value
      lines.push(JSON.stringify([dtype, location, numel, opaque]))
      lines.push(Buffer.from(checkpoint.readStorage(value)).toString('hex'))
    } else {
      lines.push(value.constructor.name)
      todo.push(...Object.values(value).filter((part) => part !== undefined))
    }
  }
  return lines.join('\n')
}

const files = readdirSync(golden('')).filter(
  (name) => name.endsWith('.pt') && !/^(legacy|torchscript)/.test(name),
)

test.each(files)('%s survives a round trip, identity and bytes included', (name) => {
  const source = openCheckpoint(golden(name))
  const copy = join(scratch(), name)
  const size = writeCheckpoint(source, source.root, copy)
  expect(statSync(copy).size).toBe(size)
  expect(measureCheckpoint(source, source.root)).toBe(size)
  const again = openCheckpoint(copy)
  expect(fingerprint(again)).toBe(fingerprint(source))
  expect(fingerprint(again).length).toBeGreaterThan(1000)
  source.close()
  again.close()
})

test('replaced tensors are written, their old storages left out', () => {
  const source = openCheckpoint(golden('v6.2.pt'))
  const weight = moduleIndex(checkpointModel(source.root).model).get('model.0.conv')
  const tensor = weight?.tensor('weight') as PyTensor
  tensor.replace('float16', [1, 3, 3, 3], new Uint8Array(54).fill(0x3c))
  const copy = join(scratch(), 'smaller.pt')
  const size = writeCheckpoint(source, source.root, copy)
  const again = openCheckpoint(copy)
  const read = moduleIndex(checkpointModel(again.root).model).get('model.0.conv')?.tensor('weight')
  expect(read?.shape).toEqual([1, 3, 3, 3])
  expect(again.readTensorBytes(read as PyTensor)).toEqual(new Uint8Array(54).fill(0x3c))
  const before = openCheckpoint(golden('v6.2.pt'))
  expect(size).toBeLessThan(measureCheckpoint(before, before.root))
})

test('entry contents are aligned to 64 bytes, as torch aligns them', () => {
  const source = openCheckpoint(golden('v6.2.pt'))
  const copy = join(scratch(), 'aligned.pt')
  writeCheckpoint(source, source.root, copy)
  const bytes = readFileSync(copy)
  let entries = 0
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50; entries++) {
    const content = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
    expect(content % 64).toBe(0)
    at = content + bytes.readUInt32LE(at + 18)
  }
  expect(entries).toBeGreaterThan(50)
})

test('a failure leaves the old file and no temporary one', () => {
  const source = openCheckpoint(golden('v6.2.pt'))
  const folder = scratch()
  const target = join(folder, 'best.pt')
  writeFileSync(target, 'old')
  source.close()
  expect(codeOf(() => writeCheckpoint(source, source.root, target))).toBe('checkpoint/closed')
  expect(readFileSync(target, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['best.pt'])
})

test('a folder that does not exist is a clear error', () => {
  const source = openCheckpoint(golden('v6.2.pt'))
  const target = join(scratch(), 'missing', 'best.pt')
  expect(codeOf(() => writeCheckpoint(source, source.root, target))).toBe('checkpoint/unwritable')
  expect(existsSync(target)).toBe(false)
})

/** Writes `value` as a checkpoint's root and reads it again. */
function through(value: PyValue): PyValue {
  const source = openCheckpoint(golden('fused.pt'))
  const file = join(scratch(), 'x.pt')
  writeCheckpoint(source, value, file)
  return openCheckpoint(file).root
}

test('cycles through tuples and calls are kept', () => {
  const list = new PyList()
  const tuple = new PyTuple([list, 1, 2, 3])
  list.items.push(tuple)
  const read = through(tuple) as PyTuple
  expect((read.items[0] as PyList).items[0]).toBe(read)

  const args = new PyList()
  const call = new PyObject('reduce', new PyGlobal('a', 'f'), new PyTuple([args]))
  args.items.push(call)
  const made = through(call) as PyObject
  expect(((made.args as PyTuple).items[0] as PyList).items[0]).toBe(made)
})

test('nesting of any depth is written and read without recursion', () => {
  let nested: PyValue = 'bottom'
  for (let i = 0; i < 100_000; i++) nested = new PyTuple([nested])
  let read = through(nested)
  let depth = 0
  for (; read instanceof PyTuple; depth++) read = read.items[0] ?? null
  expect(depth).toBe(100_000)
  expect(read).toBe('bottom')
})

test('floats stay floats and a tuple in itself is an error', () => {
  const dict = new PyDict()
  dict.set('f', new PyFloat(1))
  expect((through(dict) as PyDict).get('f')).toEqual(new PyFloat(1))
  const endless = new PyTuple([])
  endless.items.push(endless)
  expect(codeOf(() => through(endless))).toBe('checkpoint/too-complex')
})
