import { ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { SlimError } from '../errors'
import { ByteBuilder } from './byteBuilder'
import { openCheckpoint, openSource } from './checkpoint'
import { importedNames } from './globals'
import { inspectCheckpoint } from './inspect'
import { checkpointModel } from './model'
import { moduleIndex } from './moduleIndex'
import { memorySource } from './source'
import { codeOf, golden, processorTime, scratch } from './testing'
import { type PyTensor, PyTuple } from './values'
import { ZipWriter } from './zipWriter'

vi.setConfig({ testTimeout: 60_000 })

function zip(entries: Record<string, Uint8Array>): Uint8Array {
  const out = new ByteBuilder()
  const writer = new ZipWriter((bytes) => out.bytes(bytes))
  for (const [name, bytes] of Object.entries(entries)) writer.add(name, bytes)
  writer.finish()
  return out.finish()
}

const storage = new Uint8Array(64)

function source(pickle: string) {
  const bytes = Buffer.from(pickle, 'latin1')
  return memorySource('x.pt', zip({ 'a/data.pkl': bytes, 'a/data/0': storage }))
}

const open = (pickle: string) => openSource(source(pickle))

/** The code of what opening and inspecting throws; fails when it takes longer than a second. */
function quickCode(pickle: string): string | undefined {
  const hostile = source(pickle)
  let code: string | undefined
  const time = processorTime(() => {
    code = codeOf(() => inspectCheckpoint(openSource(hostile)))
  })
  expect(time).toBeLessThan(1000)
  return code
}

const storagePickle = (numel: string) =>
  `(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu${numel}tQ`
const tensorPickle = (numel: string, offset: string, size: string, stride: string) =>
  `\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(${storagePickle(numel)}${offset}${size}${stride}\x89NtR.`

describe('tensors', () => {
  test('inside their storage are read', () => {
    const checkpoint = open(tensorPickle('K\x10', 'K\x04', 'K\x02K\x03\x86', 'K\x06K\x02\x86'))
    expect(checkpoint.readTensor(checkpoint.root as PyTensor)).toHaveLength(6)
  })

  test.each([
    ['past the end', 'K\x10', 'K\x04', 'K\x02K\x03\x86', 'K\x06K\x04\x86'],
    ['with a negative stride', 'K\x10', 'K\x08', 'K\x02\x85', 'J\xff\xff\xff\xff\x85'],
    ['with a negative size', 'K\x10', 'K\x08', 'J\xff\xff\xff\xff\x85', 'K\x01\x85'],
    ['with a negative offset', 'K\x10', 'J\xff\xff\xff\xff', 'K\x01\x85', 'K\x01\x85'],
    ['in a storage larger than its entry', 'K\x11', 'K\0', 'K\x01\x85', 'K\x01\x85'],
    [
      'with sizes that overflow',
      'K\x10',
      'K\0',
      '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85',
      'K\0\x85',
    ],
  ])('%s are refused', (_, numel, offset, size, stride) => {
    expect(codeOf(() => open(tensorPickle(numel, offset, size, stride)))).toBe('checkpoint/corrupt')
  })

  test('that repeat one element beyond all bounds are refused when read', () => {
    const huge = open(tensorPickle('K\x10', 'K\0', 'J\xff\xff\xff\x7f\x85', 'K\0\x85'))
    expect(codeOf(() => huge.readTensor(huge.root as PyTensor))).toBe('checkpoint/corrupt')
  })
})

describe('pickles', () => {
  test.each([
    ['a million marks', `\x80\x02${'('.repeat(1e6)}.`],
    ['a string that claims 4 GB', '\x80\x02X\xff\xff\xff\xffabc.'],
    ['bytes that claim 2^63', `\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc.`],
    ['an integer of a megabyte', `\x80\x02\x8b\0\0\x10\0${'\x7f'.repeat(1 << 20)}.`],
    ['a memo entry that was never put', '\x80\x02h\x05.'],
    ['five million dicts', `\x80\x02(${'}'.repeat(5e6)}t.`],
    ['endless duplicates', `\x80\x02N${'2'.repeat(7e6)}.`],
    ['an extension code', '\x80\x02\x82\x01.'],
    ['protocol 9', '\x80\x09N.'],
    ['state for a class', '\x80\x02cos\nsystem\n}b.'],
  ])('with %s are refused', (_, pickle) => {
    expect(quickCode(pickle)).toMatch(/^checkpoint\//)
  })

  test.each([
    ['4 billion', '\x80\x02Nr\xff\xff\xff\xff.'],
    ['ahead of all opcodes', '\x80\x02Nr\x07\0\0\0.'],
  ])('with a memo index of %s are damaged, not large', (_, pickle) => {
    expect(quickCode(pickle)).toBe('checkpoint/corrupt')
  })

  test('that double a tuple fifty times cost nothing', () => {
    expect(quickCode(`\x80\x02)${'2\x86'.repeat(50)}.`)).toBe('checkpoint/no-model')
  })

  test('nested 150,000 deep are data, not a stack overflow', () => {
    const deep = source(`\x80\x02N${'\x85'.repeat(150_000)}.`)
    const time = processorTime(() => {
      expect(openSource(deep).root).toBeInstanceOf(PyTuple)
    })
    expect(time).toBeLessThan(1000)
  })
})

describe('imports', () => {
  const unsafe = (pickle: string) => importedNames(open(pickle)).unsafeGlobals

  test.each([
    ['cos\nsystem\n.', ['os.system']],
    ['cutils.general\ncheck_output\n.', ['utils.general.check_output']],
    ['cmodels.common\nPath\n.', ['models.common.Path']],
    ['ctorch.hub\nload\n.', ['torch.hub.load']],
    ['ctorch\nload\n.', ['torch.load']],
    ['c__builtin__\neval\n.', ['__builtin__.eval']],
    ['X\x0d\0\0\0models.commonX\x09\0\0\0os.system\x93.', ['models.common.os.system']],
    ['cmodels.common\nConv\n.', []],
    ['cyolov5.models.yolo\nModel\n.', []],
    ['ctorch.nn.modules.conv\nConv2d\n.', []],
    ['ctorch.nn.parallel.data_parallel\nDataParallel\n.', []],
    ['ctorch.nn.parallel.distributed\ndist\n.', ['torch.nn.parallel.distributed.dist']],
  ])('%j', (pickle, expected) => {
    expect(unsafe(`\x80\x02${pickle}`)).toEqual(expected)
  })

  test('getattr is harmless only for the forward of a YOLOv5 class', () => {
    const owner = 'cmodels.yolo\nDetect\n'
    const call = (target: string, name: string) =>
      `\x80\x02c__builtin__\ngetattr\n${target}X${String.fromCharCode(name.length)}\0\0\0${name}\x86R`
    expect(unsafe(`${call(owner, 'forward')}.`)).toEqual([])
    expect(unsafe(`${call(owner, 'other')}.`)).toEqual(['__builtin__.getattr'])
    // A fused Conv keeps a method of its own as its `forward`.
    const conv = 'cmodels.common\nConv\n)\x81'
    expect(unsafe(`${call(conv, 'forward_fuse')}.`)).toEqual([])
    expect(unsafe(`${call(conv, '__class__')}.`)).toEqual(['__builtin__.getattr'])
    expect(unsafe(`${call('cos\nerror\n)\x81', 'forward')}.`)).toContain('__builtin__.getattr')
    expect(unsafe(`${call('cos\nerror\n', 'forward')}.`)).toContain('__builtin__.getattr')
    // The result of the harmless call, called.
    expect(unsafe(`${call(owner, 'forward')})R.`)).toEqual(['__builtin__.getattr'])
    // A second copy from the memo, kept for later.
    const kept = `\x80\x02c__builtin__\ngetattr\nq\0${owner}X\x07\0\0\0forward\x86Rh\0\x86.`
    expect(unsafe(kept)).toEqual(['__builtin__.getattr'])
  })

  test('nothing in a segmentation model of v7.0 is unsafe', () => {
    const names = importedNames(openCheckpoint(golden('v7.0.pt')))
    expect(names.globals).toContain('__builtin__.getattr')
    expect(names.unsafeGlobals).toEqual([])
  })
})

describe('archives', () => {
  const none = Buffer.from('\x80\x02N.', 'latin1')

  test('without data.pkl are refused', () => {
    expect(codeOf(() => openSource(memorySource('x', zip({ 'a/b.txt': none }))))).toBe(
      'checkpoint/plain-zip',
    )
  })

  /** Patches the directory of a small archive. */
  function patched(patch: (bytes: Buffer, directory: number) => void): string | undefined {
    const bytes = Buffer.from(zip({ 'a/data.pkl': none, 'a/data/0': storage, 'a/data/1': none }))
    patch(bytes, bytes.indexOf('PK\x01\x02'))
    return codeOf(() => openSource(memorySource('x', bytes)))
  }

  test.each<[string, (bytes: Buffer, directory: number) => void, string]>([
    ['an encrypted entry', (b, d) => b.writeUInt16LE(1, d + 8), 'unsupported-zip'],
    ['an unknown compression', (b, d) => b.writeUInt16LE(99, d + 10), 'unsupported-zip'],
    [
      'a symbolic link',
      (b, d) => {
        b[d + 5] = 3
        b.writeUInt32LE(0xa1ff0000, d + 38)
      },
      'unsupported-zip',
    ],
    ['a wrong checksum', (b, d) => b.writeUInt32LE(1, d + 16), 'corrupt'],
    ['overlapping entries', (b) => b.writeUInt32LE(0, b.lastIndexOf('PK\x01\x02') + 42), 'corrupt'],
    ['two of one name', (b) => b.write('a/data/0', b.lastIndexOf('a/data/1')), 'corrupt'],
    ['65,000 entries claimed', (b) => b.writeUInt16LE(65_000, b.length - 12), 'corrupt'],
    ['a directory outside', (b) => b.writeUInt32LE(0x7fffffff, b.length - 6), 'corrupt'],
  ])('with %s are refused', (_, patch, code) => {
    expect(patched(patch)).toBe(`checkpoint/${code}`)
  })

  test('a zip bomb is refused before it is unpacked', () => {
    const packed = deflateRawSync(new Uint8Array(1 << 20))
    const bytes = Buffer.from(zip({ 'a/data.pkl': packed }))
    for (const [signature, method, size] of [
      ['PK\x03\x04', 8, 22],
      ['PK\x01\x02', 10, 24],
    ] as const) {
      const at = bytes.indexOf(signature)
      bytes.writeUInt16LE(8, at + method)
      bytes.writeUInt32LE(0x70000000, at + size)
    }
    const time = processorTime(() => {
      expect(codeOf(() => openSource(memorySource('x', bytes)))).toBe('checkpoint/too-complex')
    })
    expect(time).toBeLessThan(200)
  })
})

test('a file that shrinks while it is open ends in a clear error', () => {
  const file = join(scratch(), 'shrinks.pt')
  writeFileSync(file, readFileSync(golden('v6.2.pt')))
  const checkpoint = openCheckpoint(file)
  const { model } = checkpointModel(checkpoint.root)
  const weight = moduleIndex(model).get('model.3.conv')?.tensor('weight') as PyTensor
  ftruncateSync(openSync(file, 'r+'), 100)
  expect(() => checkpoint.readTensor(weight)).toThrow(SlimError)
})
