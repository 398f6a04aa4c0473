import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { memory, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../../core/checkpoint/checkpoint'
import { checkpointModel } from '../../../core/checkpoint/model'
import { moduleTree } from '../../../core/checkpoint/moduleTree'
import type { ModuleNode } from '../../../core/slimming/moduleTree'
import type { HeadShape, LevelOutput, LossOptions, NamedTensor, ParameterLayout } from '../contract'
import type { Ops } from '../kernels/ops'
import { wasmForTests } from '../kernels/testing'
import { detectionLoss } from '../loss/loss'
import { clipGradients, newOptimizer, optimizerStep, parameterGroups } from '../training/optimizer'
import type { LayerGraph } from './graph'
import { headShape } from './head'
import { fromStateDict, parameterLayout, toStateDict } from './layout'
import { lowerNetwork } from './lower'
import { type ForwardPass, Network } from './network'

type Sampled = { readonly max: number; readonly at: readonly (readonly [number, number])[] }
type GoldenLoss = {
  readonly hyp: Readonly<Record<string, number>>
  readonly parts: readonly [number, number, number]
  readonly slopes: readonly Sampled[]
}
type Golden = {
  readonly size: number
  readonly eval: readonly Sampled[]
  readonly train: readonly Sampled[]
  readonly targets: readonly (readonly number[])[]
  readonly raw: readonly Sampled[]
  readonly shapes: readonly [number, number, number, number][]
  readonly losses: Readonly<Record<string, GoldenLoss>>
  readonly gradients: Readonly<Record<string, Sampled>>
  readonly statistics: Readonly<Record<string, Sampled>>
  readonly clips: boolean
  readonly steps: Readonly<Record<string, Sampled>>
}

const folder = join(import.meta.dirname, '../../../../test/golden/network')
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -5))

let ops: Ops
beforeAll(async () => {
  ops = await wasmForTests()
})

type Loaded = {
  readonly golden: Golden
  readonly graph: LayerGraph
  readonly head: HeadShape
  readonly layout: ParameterLayout
  readonly network: Network
  readonly parameters: Float32Array
  readonly statistics: Float32Array
}

function load(name: string): Loaded {
  const golden = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Golden
  const checkpoint = openCheckpoint(join(folder, `${name}.pt`))
  const tree = moduleTree(checkpoint, checkpointModel(checkpoint.root).model)
  const graph = lowerNetwork(tree)
  const head = headShape(tree, graph)
  const layout = parameterLayout(graph)
  const { parameters, statistics } = fromStateDict(layout, stateDict(tree))
  checkpoint.close()
  const network = new Network(graph, layout, ops)
  network.load(parameters, statistics)
  return { golden, graph, head, layout, network, parameters, statistics }
}

function stateDict(node: ModuleNode, path = ''): Map<string, NamedTensor> {
  const dict = new Map<string, NamedTensor>()
  for (const [name, { shape, read }] of Object.entries(node.tensors)) {
    if (read) dict.set(path + name, { shape, data: read() })
  }
  for (const [name, child] of Object.entries(node.children)) {
    for (const [key, tensor] of stateDict(child, `${path}${name}.`)) dict.set(key, tensor)
  }
  return dict
}

/** The images of make_network.py. */
function images(size: number): Tensor4D {
  const values = new Float32Array(2 * size * size * 3)
  let state = 1n
  for (let i = 0; i < values.length; i++) {
    state = (state * 1103515245n + 12345n) % 2147483648n
    values[i] = Number((state >> 16n) & 255n) / 255
  }
  return tensor4d(values, [2, size, size, 3])
}

/** Largest difference at the samples, relative to the tensor's scale, but to `least` at least. */
function difference(values: ArrayLike<number>, { max, at }: Sampled, least = 1e-6): number {
  return Math.max(
    ...at.map(([i, wanted]) => Math.abs((values[i] ?? Number.NaN) - wanted) / Math.max(max, least)),
  )
}

/** Values of the model's layers as they are computed, by layer. */
function layerWatch(graph: LayerGraph): {
  readonly seen: Map<number, Float32Array>
  readonly onValue: (value: number, tensor: Tensor4D) => void
} {
  const seen = new Map<number, Float32Array>()
  return {
    seen,
    onValue: (value, tensor) => {
      graph.layers.forEach((layerValue, layer) => {
        if (layerValue === value) seen.set(layer, tensor.dataSync() as Float32Array)
      })
    },
  }
}

it('covers the releases, P6, and the modules of the hub models', () => {
  expect(names).toEqual(
    expect.arrayContaining([
      'v5.0',
      'v6.0',
      'v6.1',
      'v6.2',
      'v7.0',
      'p6',
      'csp',
      'ghost',
      'leaky',
      'pruned',
    ]),
  )
})

describe.each(names)('%s computes what YOLOv5 does', (name) => {
  let loaded: Loaded
  let image: Tensor4D
  beforeAll(() => {
    loaded = load(name)
    image = images(loaded.golden.size)
  })
  afterAll(() => {
    loaded.network.dispose()
    image.dispose()
  })

  it('in every layer, evaluating', () => {
    const { network, graph, golden } = loaded
    const { seen, onValue } = layerWatch(graph)
    for (const output of network.infer(image, { onValue })) output.dispose()
    expect(seen.size).toBe(golden.eval.length)
    golden.eval.forEach((wanted, layer) => {
      expect(difference(seen.get(layer) ?? [], wanted), `layer ${layer}`).toBeLessThan(1e-4)
    })
  })

  it('in every layer, training, with the loss, all gradients and running statistics', async () => {
    const { network, graph, head, golden, layout } = loaded
    const { seen, onValue } = layerWatch(graph)
    const pass = network.forward(image, { onValue })
    expect(seen.size).toBe(golden.train.length)
    golden.train.forEach((wanted, layer) => {
      expect(difference(seen.get(layer) ?? [], wanted), `layer ${layer}`).toBeLessThan(1e-4)
    })
    const outputs = takeOutputs(pass)
    outputs.forEach(({ data }, level) => {
      expect(pass.outputs[level]?.shape).toEqual(golden.shapes[level])
      expect(difference(data, golden.raw[level] as Sampled), `level ${level}`).toBeLessThan(1e-4)
    })
    const targets = Float32Array.from(golden.targets.flat())
    for (const [variant, { hyp, parts, slopes }] of Object.entries(golden.losses)) {
      const { losses, gradients } = detectionLoss(head, outputs, targets, lossOptions(hyp))
      ;[losses.box, losses.obj, losses.cls].forEach((loss, part) => {
        expect(Math.abs(loss / (parts[part] ?? 0) - 1), `${variant} part ${part}`).toBeLessThan(
          1e-4,
        )
      })
      gradients.forEach((gradient, level) => {
        const error = difference(gradient, slopes[level] as Sampled)
        expect(error, `${variant} level ${level}`).toBeLessThan(1e-3)
      })
    }

    const { hyp } = golden.losses.plain as GoldenLoss
    const slopes = detectionLoss(head, outputs, targets, lossOptions(hyp)).gradients
    const result = await network.backward(pass, slopeTensors(slopes, golden))
    const computed = toStateDict(layout, result.parameters, result.statistics)
    expect(Object.keys(golden.gradients).length).toBe(layout.parameters.length)
    // Where a BatchNorm takes a bias back out, the gradient is 0 in float64 and rounding noise in float32.
    const largest = Math.max(...Object.values(golden.gradients).map(({ max }) => max))
    for (const [parameter, wanted] of Object.entries(golden.gradients)) {
      const { data } = computed.get(parameter) ?? { data: [] }
      const least = wanted.max < 1e-9 * largest ? 1e-4 * largest : 1e-6 * largest
      expect(difference(data, wanted, least), parameter).toBeLessThan(1e-3)
    }
    for (const [statistic, wanted] of Object.entries(golden.statistics)) {
      const { data } = computed.get(statistic) ?? { data: [] }
      expect(difference(data, wanted), statistic).toBeLessThan(1e-4)
    }
  })

  // The tiny hub models are chaotic: PyTorch's own float32 is off by more than their parameters move.
  const stepped = /^v|pruned/.test(name)
  if (!stepped) return
  it('in three optimizer steps', async () => {
    const { network, layout, head, golden } = loaded
    const parameters = loaded.parameters.slice()
    const state = newOptimizer('SGD', layout.size)
    const groups = parameterGroups(layout, {
      ...{ release: 'v6.2', optimizer: 'SGD', weightDecay: 0.0005, frozen: () => false },
    })
    const rates = { lr: 0.001, biasLr: 0.001, momentum: 0.937, accumulate: 1 }
    const { hyp } = golden.losses.plain as GoldenLoss
    const targets = Float32Array.from(golden.targets.flat())
    for (let step = 0; step < 3; step++) {
      network.load(parameters, loaded.statistics)
      const pass = network.forward(image)
      const { gradients } = detectionLoss(head, takeOutputs(pass), targets, lossOptions(hyp))
      const result = await network.backward(pass, slopeTensors(gradients, golden))
      if (golden.clips) clipGradients(result.parameters, groups, 10)
      optimizerStep(state, parameters, result.parameters, groups, rates)
    }
    network.load(loaded.parameters, loaded.statistics)
    const moves = toStateDict(
      layout,
      parameters.map((value, i) => value - (loaded.parameters[i] as number)),
      loaded.statistics,
    )
    for (const [name, wanted] of Object.entries(golden.steps)) {
      const { data } = moves.get(name) ?? { data: [] }
      expect(difference(data, wanted, 2e-4), name).toBeLessThan(1e-2)
    }
  })
})

function takeOutputs({ outputs }: ForwardPass): LevelOutput[] {
  return outputs.map((output) => {
    const [batch, height, width] = output.shape
    const data = output.dataSync() as Float32Array
    output.dispose()
    return { data, batch, height, width }
  })
}

function slopeTensors(slopes: readonly Float32Array[], { shapes }: Golden): Tensor4D[] {
  return slopes.map((values, level) => tensor4d(values, shapes[level]))
}

/** From the hyperparameters of YOLOv5's names, gains scaled. */
function lossOptions(hyp: Readonly<Record<string, number>>): LossOptions {
  const of = (key: string): number => hyp[key] ?? Number.NaN
  return {
    box: of('box'),
    obj: of('obj'),
    cls: of('cls'),
    objPositiveWeight: of('obj_pw'),
    clsPositiveWeight: of('cls_pw'),
    focalGamma: of('fl_gamma'),
    labelSmoothing: of('label_smoothing'),
    anchorThreshold: of('anchor_t'),
  }
}

describe('memory', () => {
  it('is the same after every step', async () => {
    const { network, golden, parameters, statistics } = load('v6.2')
    const image = images(golden.size)
    const step = async (): Promise<void> => {
      const pass = network.forward(image)
      const slopes = takeOutputs(pass).map(({ data }) => data)
      await network.backward(pass, slopeTensors(slopes, golden))
      network.load(parameters, statistics)
      for (const output of network.infer(image)) output.dispose()
    }
    await step()
    const before = memory()
    for (let i = 0; i < 3; i++) await step()
    expect(memory().numTensors).toBe(before.numTensors)
    expect(memory().numBytes).toBe(before.numBytes)
    network.dispose()
    expect(memory().numTensors).toBeLessThan(before.numTensors)
  })
})
