import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import * as v from 'valibot'
import { afterAll, expect, it } from 'vitest'
import { checkpointView } from '../../src/cli/checkpointView'
import { openSource } from '../../src/core/checkpoint/checkpoint'
import { generator, mutate, pickleRegion } from '../../src/core/checkpoint/mutants'
import { memorySource } from '../../src/core/checkpoint/source'
import { golden, processorTime } from '../../src/core/checkpoint/testing'
import { SlimError } from '../../src/core/errors'
import { collectContent, collectFailure } from '../../src/extension/checkpointViewer/collect'
import { checkpointContent } from '../../src/extension/checkpointViewer/contract'
import { viewSchema } from '../../src/extension/preview/viewSchema'
import { Program } from '../../src/extension/program/program'
import { count, Worst } from './support/figures'
import { root } from './support/program'
import { seed } from './support/random'
import { scratch } from './support/runs'

const folder = scratch('hostile')
afterAll(folder.dispose)
const files = ['v6.2.pt', 'v7.0.pt', 'torch1-kinds-p5.pt', 'unfinished.pt', 'deflated.pt']

/** A damaged copy of a golden checkpoint; every other one with a right checksum, so that its pickle is read. */
function mutant(file: string, i: number): Buffer {
  const original = readFileSync(golden(file))
  const random = generator(crc32(file) + seed + i)
  if (i % 2 === 0 || file === 'deflated.pt')
    return mutate(original, { start: 0, end: original.length }, random)
  const region = pickleRegion(original)
  const damaged = mutate(original, region, random)
  damaged.writeUInt32LE(crc32(damaged.subarray(region.start, region.end)), region.crcAt)
  return damaged
}

/** What the viewer's page would be sent of what the program printed, or of its error. */
function content(path: string, read: () => unknown): unknown {
  try {
    return collectContent(
      path,
      v.parse(viewSchema, JSON.parse(JSON.stringify(read()))),
      undefined,
      undefined,
    )
  } catch (error) {
    if (!(error instanceof SlimError)) throw error
    return collectFailure(path, error)
  }
}

it('mutants of the reader’s fuzz test are a page, with what is there or what is wrong', () => {
  let slowest = 0
  const wrong: string[] = []
  const each = 120
  for (const file of files) {
    for (let i = 0; i < each; i++) {
      const bytes = mutant(file, i)
      slowest = Math.max(
        slowest,
        processorTime(() => {
          const page = content(file, () => checkpointView(openSource(memorySource(file, bytes))))
          if (!v.is(checkpointContent, page)) wrong.push(`${file} ${i}`)
        }),
      )
    }
  }
  count({
    fault: 'hostile checkpoints in the viewer’s code',
    tried: files.length * each,
    wrong: wrong.length,
    worstMs: slowest,
  })
  expect(wrong).toEqual([])
  expect(slowest).toBeLessThan(2000)
})

it('and so they are as files, read by the program that the editor starts', async () => {
  const program = new Program(root, '0')
  const worst = new Worst()
  const wrong: string[] = []
  const each = 3
  for (const file of files) {
    for (let i = 0; i < each; i++) {
      const path = join(folder.path, `${i}-${file}`)
      writeFileSync(path, mutant(file, 1000 + i))
      await worst.of(async () => {
        const answer = await program
          .json(['internal-checkpoint', path], folder.path)
          .catch((error: unknown) => error)
        const page = content(path, () => {
          if (answer instanceof Error) throw answer
          return answer
        })
        if (!v.is(checkpointContent, page)) wrong.push(path)
        if (
          answer instanceof SlimError &&
          !answer.code.startsWith('checkpoint/') &&
          !answer.code.startsWith('model/')
        )
          wrong.push(answer.code)
      })
    }
  }
  count({
    fault: 'hostile files, by the program of the editor',
    tried: files.length * each,
    wrong: wrong.length,
    worstMs: worst.ms,
  })
  expect(wrong).toEqual([])
})
