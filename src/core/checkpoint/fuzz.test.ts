import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { SlimError } from '../errors'
import { openSource } from './checkpoint'
import { inspectCheckpoint } from './inspect'
import { checkpointModel } from './model'
import { moduleTree } from './moduleTree'
import { memorySource } from './source'
import { golden, processorTime } from './testing'
import { measureCheckpoint } from './writeCheckpoint'

vi.setConfig({ testTimeout: 120_000 })

const maxMilliseconds = 1000
const maxBytes = 512 << 20

/** mulberry32: the same mutations on every machine. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

type Region = { readonly start: number; readonly end: number }

/** Where `data.pkl` lies, and the position of its checksum in the directory, so that mutants pass the check. */
function pickleRegion(bytes: Buffer): Region & { readonly crcAt: number } {
  const end = bytes.lastIndexOf('PK\x05\x06')
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0 && at < end; ) {
    const nameLength = bytes.readUInt16LE(at + 28)
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    if (name.endsWith('data.pkl')) {
      const local = bytes.readUInt32LE(at + 42)
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
      return { start, end: start + bytes.readUInt32LE(at + 20), crcAt: at + 16 }
    }
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  throw new Error('no data.pkl')
}

const extremes = [0, 1, 0x7f, 0x80, 0xff]

/** One to four small damages: flipped bits, extreme bytes, copied, zeroed or cut ranges. */
function mutate(original: Buffer, region: Region, random: (below: number) => number): Buffer {
  const bytes = Buffer.from(original)
  const size = region.end - region.start
  for (let n = 1 + random(4); n > 0; n--) {
    const at = region.start + random(size)
    const length = Math.min(1 + random(16), region.end - at)
    switch (random(5)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
        break
      case 1:
        bytes.fill(extremes[random(extremes.length)] ?? 0, at, at + length)
        break
      case 2:
        bytes.copyWithin(at, region.start + random(size), region.start + random(size))
        break
      case 3:
        bytes[at] = random(256)
        break
      default:
        bytes.copyWithin(at, at + length, region.end)
    }
  }
  return bytes
}

/** Everything that a person can do with a file; returns the code of the SlimError, or `valid`. */
function use(bytes: Uint8Array): string {
  try {
    const checkpoint = openSource(memorySource('mutant.pt', bytes))
    const inspection = inspectCheckpoint(checkpoint)
    JSON.stringify(inspection)
    moduleTree(checkpoint, checkpointModel(checkpoint.root).model)
    measureCheckpoint(checkpoint, checkpoint.root)
    return 'valid'
  } catch (error) {
    if (error instanceof SlimError) return error.code
    throw error
  }
}

/** Runs the mutants and returns how often each outcome came, and what the worst cost. */
function torture(count: number, make: (i: number) => Buffer) {
  const outcomes = new Map<string, number>()
  let slowest = 0
  let largest = 0
  for (let i = 0; i < count; i++) {
    const mutant = make(i)
    let outcome = ''
    const time = processorTime(() => {
      outcome = use(mutant)
    })
    slowest = Math.max(slowest, time)
    if (i % 16 === 0) {
      const { heapUsed, external } = process.memoryUsage()
      largest = Math.max(largest, heapUsed + external)
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  return { outcomes, slowest, largest }
}

const files = ['v6.2.pt', 'v7.0.pt', 'torch1-kinds-p5.pt', 'unfinished.pt', 'deflated.pt']

describe.each(files)('mutants of %s', (file) => {
  const original = readFileSync(golden(file))
  const seed = crc32(file)

  test('anywhere in the file are opened or refused, in bounded time and memory', () => {
    const random = generator(seed)
    const whole = { start: 0, end: original.length }
    const { slowest, largest, outcomes } = torture(300, () => mutate(original, whole, random))
    expect(slowest).toBeLessThan(maxMilliseconds)
    expect(largest).toBeLessThan(maxBytes)
    expect([...outcomes.values()].reduce((a, b) => a + b)).toBe(300)
  })

  test('in the directory are opened or refused', () => {
    const random = generator(seed + 1)
    const directory = { start: original.indexOf('PK\x01\x02'), end: original.length }
    const { slowest, outcomes } = torture(300, () => mutate(original, directory, random))
    expect(slowest).toBeLessThan(maxMilliseconds)
    expect(outcomes.get('checkpoint/corrupt')).toBeGreaterThan(10)
  })

  test('cut off anywhere are refused', () => {
    const random = generator(seed + 2)
    const { slowest, outcomes } = torture(200, () =>
      original.subarray(0, random(original.length - 1)),
    )
    expect(slowest).toBeLessThan(maxMilliseconds)
    expect(outcomes.get('valid') ?? 0).toBe(0)
  })
})

describe.each(['v6.2.pt', 'torch1-kinds-p2.pt', 'torch1-kinds-p5.pt', 'v7.0.pt'])(
  'mutated pickles of %s, with a right checksum',
  (file) => {
    const original = readFileSync(golden(file))
    const region = pickleRegion(original)

    test('are opened or refused, in bounded time and memory', () => {
      const random = generator(crc32(file) + 3)
      const { slowest, largest, outcomes } = torture(500, () => {
        const mutant = mutate(original, region, random)
        mutant.writeUInt32LE(crc32(mutant.subarray(region.start, region.end)), region.crcAt)
        return mutant
      })
      expect(slowest).toBeLessThan(maxMilliseconds)
      expect(largest).toBeLessThan(maxBytes)
      expect(outcomes.get('checkpoint/corrupt')).toBeGreaterThan(50)
      expect(outcomes.size).toBeGreaterThan(2)
    })
  },
)
