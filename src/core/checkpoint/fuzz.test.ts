import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { SlimError } from '../errors'
import { openSource } from './checkpoint'
import { inspectCheckpoint } from './inspect'
import { checkpointModel } from './model'
import { moduleTree } from './moduleTree'
import { generator, mutate, pickleRegion } from './mutants'
import { memorySource } from './source'
import { golden, processorTime } from './testing'
import { measureCheckpoint } from './writeCheckpoint'

vi.setConfig({ testTimeout: 120_000 })

const maxMilliseconds = 1000
const maxBytes = 512 << 20

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
