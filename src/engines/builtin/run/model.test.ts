import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { buildCheckpoint } from '../checkpoint/build'
import { editModel } from '../checkpoint/edit'
import { type OpenModel, openModel, openModelFile } from '../checkpoint/open'
import { ownYaml } from '../checkpoint/pruned'
import type { HeadShape } from '../contract'
import { fromStateDict } from '../model/layout'
import type { BuiltinConfig } from '../stage/contract'
import { RunContext } from './context'
import { type StartingModel, startingModel } from './model'

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

type Network = { readonly activation?: string; readonly width?: number }

/** Text of a small model yaml. */
function yamlOf({ activation, width = 16 }: Network): string {
  return stringify({
    ...{ nc: 2, depth_multiple: 1, width_multiple: width / 16 },
    ...(activation ? { activation } : {}),
    anchors: own.map((level) => level.flat()),
    backbone: [[-1, 1, 'Conv', [16, 3, 2]]],
    head: [[[0], 1, 'Detect', ['nc', 'anchors']]],
  })
}

/** A yaml, and weights of it, or of a relative, whose anchors autoanchor changed. */
async function files(
  network: Network = {},
  ofWeights: Network = network,
): Promise<{ cfg: string; weights: string }> {
  const cfg = join(scratch, 'model.yaml')
  await writeFile(cfg, yamlOf(network))
  const bytes = buildCheckpoint({
    ...{ release: 'v7.0', file: cfg, text: yamlOf(ofWeights), nc: 2, names, seed: 0 },
    anchorsPerLevel: undefined,
  })
  const open = editModel(openModel('m', bytes, 'v7.0'), { names, anchors: found, random: () => 0 })
  const weights = join(scratch, 'weights.pt')
  await writeFile(weights, open.bytes)
  return { cfg, weights }
}

const golden = join(import.meta.dirname, '../../../../test/golden/network')

/** Weights that `yolov5-slim prune` wrote, with anchors of their own, and the yaml of the model that they were. */
async function prunedFiles(): Promise<{ cfg: string; open: OpenModel }> {
  const open = openModelFile(join(golden, 'pruned.pt'))
  const cfg = join(scratch, 'whole.yaml')
  await writeFile(cfg, stringify(ownYaml(openModelFile(join(golden, 'v6.2.pt')))))
  const anchors = open.head.anchors.map((level) => level.map(([w, h]) => [w * 2, h] as const))
  const edited = editModel(open, { names: open.names, anchors, random: () => 0 })
  await writeFile(join(scratch, 'pruned.pt'), edited.bytes)
  return { cfg, open: openModelFile(join(scratch, 'pruned.pt')) }
}

type Config = Pick<BuiltinConfig, 'weights'> & Partial<BuiltinConfig>

function contextOf(config: Config): RunContext {
  return new RunContext(
    {
      ...{ v: 1, stage: 'train', runDir: scratch, eventsFile: join(scratch, 'e'), opt: {} },
      ...{ sparsity: null, resume: false, device: '', threads: 0, ...config },
    },
    new AbortController().signal,
  )
}

function start(
  config: Config,
  anchorsPerLevel?: number,
  classes: readonly string[] = names,
): Promise<StartingModel> {
  const request = { release: 'v7.0', names: classes, anchorsPerLevel, seed: 0 } as const
  return startingModel(contextOf(config), request)
}

async function anchorsOf(config: Config, anchorsPerLevel?: number): Promise<HeadShape['anchors']> {
  return (await start(config, anchorsPerLevel)).open.head.anchors
}

it('takes the anchors of the --cfg, not those of its weights, as train.py does', async () => {
  const { cfg, weights } = await files()
  expect(await anchorsOf({ weights })).toEqual(found)
  expect(await anchorsOf({ weights, cfg })).toEqual(own)
})

it('keeps shapes and anchors of pruned weights, whatever --cfg and hyperparameters say', async () => {
  const { cfg, open } = await prunedFiles()
  const weights = open.name
  for (const config of [{ weights }, { weights, cfg }]) {
    const model = await start(config, 5, open.names)
    expect(model.pruned).toBe(true)
    expect(model.open.head).toEqual(open.head)
    expect(model.open.layout).toEqual(open.layout)
    expect(model.parameters).toEqual(fromStateDict(open.layout, open.tensors).parameters)
  }
  expect((await start({ weights: join(golden, 'v6.2.pt') }, undefined, open.names)).pruned).toBe(
    false,
  )
})

it('refuses a --cfg that pruned weights are not from, where its model would be trained nearly anew', async () => {
  const { cfg, open } = await prunedFiles()
  const weights = open.name
  const text = await readFile(cfg, 'utf8')
  await writeFile(cfg, text.replace(/width_multiple: .*/, 'width_multiple: 0.2'))
  const refused = { code: 'weights/not-matched' }
  await expect(start({ weights, cfg }, undefined, open.names)).rejects.toMatchObject(refused)
  const other = await files()
  const finetuning = { weights, cfg: other.cfg, stage: 'finetune' } as const
  await expect(start(finetuning, undefined, open.names)).rejects.toMatchObject(refused)
  // A training may start from whatever fits.
  const model = await start({ weights, cfg: other.cfg }, undefined, open.names)
  expect(model.pruned).toBe(false)
})

it('has as many anchors as the hyperparameters ask for', async () => {
  const { cfg, weights } = await files()
  const three = [
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  ]
  expect(await anchorsOf({ weights }, 3)).toEqual(three)
  expect(await anchorsOf({ weights, cfg }, 3)).toEqual(three)
})

it('keeps the anchors of a training that goes on, whatever its hyperparameters say', async () => {
  const { weights } = await files()
  expect(await anchorsOf({ weights, resume: true }, 3)).toEqual(found)
})

it('trains the network of the --cfg where it is another than that of the weights', async () => {
  const activationOf = async (config: Config): Promise<unknown> => {
    const { open } = await start(config)
    return open.graph.operations.flatMap((step) => (step.kind === 'norm' ? [step.activation] : []))
  }
  const leaky = await files({ activation: 'nn.LeakyReLU(0.1)' }, {})
  expect(await activationOf(leaky)).not.toEqual(await activationOf({ weights: leaky.weights }))
  const { open, parameters } = await start(leaky)
  const given = openModelFile(leaky.weights)
  expect(open.layout).toEqual(given.layout)
  expect(parameters).toEqual(fromStateDict(given.layout, given.tensors).parameters)

  // A smaller relative of the --cfg is no pruned model of it.
  const wider = await start(await files({ width: 32 }, { width: 16 }))
  expect(wider.pruned).toBe(false)
  expect(wider.open.tensors.get('model.0.conv.weight')?.shape).toEqual([32, 3, 3, 3])
})

it('warns that the output layers start afresh where the data has other classes, and only there', async () => {
  const { cfg, weights } = await files()
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
