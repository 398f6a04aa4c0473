import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core'
import { openModelFile } from '../checkpoint/open'
import type { HeadShape, LossOptions, ParameterLayout } from '../contract'
import type { Ops } from '../kernels/ops'
import type { LayerGraph } from './graph'
import { fromStateDict } from './layout'
import { Network } from './network'

// Golden networks, for tests: what test/golden/make_network.py wrote, and how to compare with it.

export type Sampled = {
  readonly max: number
  readonly at: readonly (readonly [number, number])[]
  readonly sums: readonly number[]
}
export type GoldenLoss = {
  readonly hyp: Readonly<Record<string, number>>
  readonly parts: readonly [number, number, number]
  readonly slopes: readonly Sampled[]
}
export type Golden = {
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

export const folder = join(import.meta.dirname, '../../../../test/golden/network')
export type Loaded = {
  readonly golden: Golden
  readonly graph: LayerGraph
  readonly head: HeadShape
  readonly layout: ParameterLayout
  readonly network: Network
  readonly parameters: Float32Array
  readonly statistics: Float32Array
}

export function loadGolden(name: string, ops: Ops): Loaded {
  const golden = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Golden
  const { graph, head, layout, tensors } = openModelFile(join(folder, `${name}.pt`))
  const { parameters, statistics } = fromStateDict(layout, tensors)
  const network = new Network(graph, layout, ops)
  network.load(parameters, statistics)
  return { golden, graph, head, layout, network, parameters, statistics }
}

/** The images of make_network.py. */
export function goldenImages(size: number): Tensor4D {
  const values = new Float32Array(2 * size * size * 3)
  let state = 1n
  for (let i = 0; i < values.length; i++) {
    state = (state * 1103515245n + 12345n) % 2147483648n
    values[i] = Number((state >> 16n) & 255n) / 255
  }
  return tensor4d(values, [2, size, size, 3])
}

/**
 * Largest difference at the samples and of the sums over all values, relative to the tensor's scale, but to `least` at
 * least. Rounding adds up in a sum as the root of how many values it has, so its scale does.
 */
export function difference(
  values: ArrayLike<number>,
  { max, at, sums }: Sampled,
  least = 1e-6,
): number {
  const scale = Math.max(max, least)
  const found = signedSums(values, sums.length)
  const sumScale = scale * Math.sqrt(Math.max(values.length / sums.length, 1))
  return Math.max(
    ...at.map(([i, wanted]) => Math.abs((values[i] ?? Number.NaN) - wanted) / scale),
    ...sums.map((wanted, k) => Math.abs((found[k] ?? Number.NaN) - wanted) / sumScale),
  )
}

/** Sums of every `count`-th value, with the signs of make_network.py: a part of the tensor that is wrong shows. */
function signedSums(values: ArrayLike<number>, count: number): Float64Array {
  const sums = new Float64Array(count)
  for (let i = 0; i < values.length; i++) {
    const sign = Math.imul(i, 0x9e3779b1) < 0 ? -1 : 1
    sums[i % count] = (sums[i % count] ?? 0) + sign * (values[i] ?? Number.NaN)
  }
  return sums
}

export function slopeTensors(slopes: readonly Float32Array[], { shapes }: Golden): Tensor4D[] {
  return slopes.map((values, level) => tensor4d(values, shapes[level]))
}

/** From the hyperparameters of YOLOv5's names, gains scaled. */
export function goldenLossOptions(hyp: Readonly<Record<string, number>>): LossOptions {
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
