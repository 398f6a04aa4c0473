import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { buildCheckpoint } from '../checkpoint/build'
import { editModel } from '../checkpoint/edit'
import { openModel } from '../checkpoint/open'
import type { HeadShape } from '../contract'
import { RunContext } from './context'
import { startingModel } from './model'

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'model-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const names = ['a', 'b']
const own: HeadShape['anchors'] = [
  [
    [8, 8],
    [16, 24],
  ],
]
const found: HeadShape['anchors'] = [
  [
    [30, 20],
    [40, 50],
  ],
]

/** A yaml, and weights of it, or of a narrower relative, whose anchors autoanchor changed. */
async function files(widthOfWeights: number): Promise<{ cfg: string; weights: string }> {
  const yaml = (width: number): string =>
    stringify({
      ...{ nc: 2, depth_multiple: 1, width_multiple: 1, anchors: own.map((level) => level.flat()) },
      backbone: [[-1, 1, 'Conv', [width, 3, 2]]],
      head: [[[0], 1, 'Detect', ['nc', 'anchors']]],
    })
  const cfg = join(scratch, 'model.yaml')
  await writeFile(cfg, yaml(16))
  const bytes = buildCheckpoint({
    ...{ release: 'v7.0', file: cfg, text: yaml(widthOfWeights), nc: 2, names, seed: 0 },
    anchorsPerLevel: undefined,
  })
  const open = editModel(openModel('m', bytes, 'v7.0'), { names, anchors: found, random: () => 0 })
  const weights = join(scratch, `${widthOfWeights}.pt`)
  await writeFile(weights, open.bytes)
  return { cfg, weights }
}

type Config = { readonly weights: string; readonly cfg?: string }

function contextOf(config: Config): RunContext {
  return new RunContext(
    {
      ...{ v: 1, stage: 'train', runDir: scratch, eventsFile: join(scratch, 'e'), opt: {} },
      ...{ sparsity: null, resume: false, device: '', threads: 0, ...config },
    },
    new AbortController().signal,
  )
}

async function anchorsOf(config: Config, anchorsPerLevel?: number): Promise<HeadShape['anchors']> {
  const context = contextOf(config)
  const { open } = await startingModel(context, {
    release: 'v7.0',
    names,
    anchorsPerLevel,
    seed: 0,
  })
  return open.head.anchors
}

it('takes the anchors of the --cfg, not those of its weights, as train.py does', async () => {
  const { cfg, weights } = await files(16)
  expect(await anchorsOf({ weights })).toEqual(found)
  expect(await anchorsOf({ weights, cfg })).toEqual(own)
})

it('keeps the anchors of pruned weights', async () => {
  const { cfg, weights } = await files(8)
  expect(await anchorsOf({ weights, cfg })).toEqual(found)
})

it('has as many anchors as the hyperparameters ask for', async () => {
  const { weights } = await files(16)
  expect(await anchorsOf({ weights }, 3)).toEqual([
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  ])
})

it('warns that the output layers start afresh where the data has other classes, and only there', async () => {
  const { cfg, weights } = await files(16)
  const warned = async (config: Config, classes: readonly string[]): Promise<unknown[]> => {
    const context = contextOf(config)
    const told = vi.spyOn(context, 'warn')
    const request = { release: 'v7.0', anchorsPerLevel: undefined, seed: 0 } as const
    await startingModel(context, { ...request, names: classes })
    await context.written()
    return told.mock.calls
  }
  const text = `${weights} was trained for 2 classes and the data has 3: its output layers start afresh.`
  const warning = ['weights/class-count', text]
  expect(await warned({ weights }, ['a', 'b', 'c'])).toEqual([warning])
  expect(await warned({ weights, cfg }, ['a', 'b', 'c'])).toEqual([warning])
  expect(await warned({ weights }, ['x', 'y'])).toEqual([])
})
