import { memory, type Tensor, type Tensor4D, tensor1d, tensor4d } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { outputSize } from './geometry'
import type { Activation, ConvGeometry, Ops, Shape4D } from './ops'
import type { Values } from './reference'
import * as reference from './reference'

/** Numbers that look random, and are the same everywhere. */
function draw(shape: Shape4D, seed: number): Values {
  const result = reference.values(shape)
  let state = seed * 7919 + 1
  for (let i = 0; i < result.data.length; i++) {
    state = (state * 1103515245 + 12345) % 2147483648
    result.data[i] = Math.fround((state / 2147483648) * 4 - 2)
  }
  return result
}

const tensorOf = ({ shape, data }: Values): Tensor4D =>
  tensor4d(Float32Array.from(data), [...shape])

async function expectClose(
  actual: Tensor,
  wanted: ArrayLike<number>,
  tolerance = 1e-5,
): Promise<void> {
  const got = await actual.data()
  expect(got.length).toBe(wanted.length)
  const scale = Math.max(...Array.from(wanted, Math.abs), 1e-3)
  let worst = 0
  for (let i = 0; i < got.length; i++) {
    const difference = Math.abs((got[i] ?? Number.NaN) - (wanted[i] ?? Number.NaN))
    if (!(difference <= worst)) worst = difference
  }
  expect(worst / scale).toBeLessThan(tolerance)
}

type ConvCase = readonly [name: string, x: Shape4D, kernel: Shape4D, geometry: ConvGeometry]
const plain: ConvGeometry = { stride: 1, pad: 0, dilation: 1, groups: 1 }
const convs: readonly ConvCase[] = [
  ['1 × 1', [2, 5, 7, 8], [1, 1, 8, 16], plain],
  ['1 × 1 with odd channels', [1, 3, 3, 5], [1, 1, 5, 3], plain],
  ['3 × 3', [2, 6, 5, 8], [3, 3, 8, 8], { ...plain, pad: 1 }],
  ['3 × 3, stride 2, even size', [2, 8, 8, 4], [3, 3, 4, 12], { ...plain, stride: 2, pad: 1 }],
  ['3 × 3, stride 2, odd size', [1, 7, 9, 6], [3, 3, 6, 7], { ...plain, stride: 2, pad: 1 }],
  ['6 × 6, stride 2', [1, 12, 12, 3], [6, 6, 3, 16], { ...plain, stride: 2, pad: 2 }],
  ['5 × 5, stride 3', [1, 11, 10, 3], [5, 5, 3, 4], { ...plain, stride: 3, pad: 2 }],
  ['1 × 1, stride 2', [1, 6, 6, 4], [1, 1, 4, 4], { ...plain, stride: 2 }],
  // Counts with which oneDNN's input gradient was found wrong.
  ['1 × 1 over 40 channels', [2, 4, 4, 40], [1, 1, 40, 8], plain],
  ['3 × 3, stride 2 over 48', [1, 8, 8, 48], [3, 3, 48, 16], { ...plain, stride: 2, pad: 1 }],
  ['dilation 2', [1, 9, 9, 4], [3, 3, 4, 8], { ...plain, pad: 2, dilation: 2 }],
  ['depthwise', [2, 6, 6, 8], [3, 3, 1, 8], { ...plain, pad: 1, groups: 8 }],
  ['depthwise, stride 2', [1, 6, 6, 4], [5, 5, 1, 4], { ...plain, stride: 2, pad: 2, groups: 4 }],
  ['depthwise with a multiplier', [1, 5, 5, 4], [3, 3, 1, 8], { ...plain, pad: 1, groups: 4 }],
  ['two groups', [1, 5, 5, 8], [3, 3, 4, 6], { ...plain, pad: 1, groups: 2 }],
  ['a single pixel', [1, 1, 1, 4], [3, 3, 4, 4], { ...plain, pad: 1 }],
]

const activations: readonly Activation[] = [
  { kind: 'identity' },
  { kind: 'silu' },
  { kind: 'relu' },
  { kind: 'leakyRelu', slope: 0.1 },
  { kind: 'hardswish' },
]

/**
 * Every operation of a backend against its definition in double precision. Tests only.
 *
 * @param options `ties`: a pooling's slope goes to the first of equal cells, as in PyTorch
 */
export function describeOps(open: () => Promise<Ops>, { ties = true } = {}): void {
  let ops: Ops
  beforeAll(async () => {
    ops = await open()
  })

  describe('convolution', () => {
    it.each(convs)('%s', async (_, shape, kernelShape, geometry) => {
      const x = draw(shape, 1)
      const kernel = draw(kernelShape, 2)
      const outputShape: Shape4D = [
        shape[0],
        outputSize(shape[1], kernelShape[0], geometry),
        outputSize(shape[2], kernelShape[1], geometry),
        kernelShape[3],
      ]
      const dy = draw(outputShape, 3)
      const y = ops.conv(tensorOf(x), tensorOf(kernel), geometry)
      expect(y.shape).toEqual(outputShape)
      await expectClose(y, reference.conv(x, kernel, outputShape, geometry).data)
      const wanted = reference.convGradients(x, kernel, dy, geometry)
      await expectClose(
        ops.convInputGradient(tensorOf(dy), tensorOf(kernel), shape, geometry),
        wanted.dx.data,
      )
      await expectClose(
        ops.convKernelGradient(tensorOf(x), tensorOf(dy), kernelShape, geometry),
        wanted.dk.data,
      )
      const bias = Float32Array.from({ length: kernelShape[3] }, (_unused, i) => i / 10)
      const biased = ops.convBiasActivate(tensorOf(x), tensorOf(kernel), tensor1d(bias), geometry, {
        kind: 'silu',
      })
      const expected = reference.conv(x, kernel, outputShape, geometry).data.map((value, i) => {
        return reference.activate({ kind: 'silu' }, value + (bias[i % bias.length] ?? 0))
      })
      await expectClose(biased, expected)
    })
  })

  describe('BatchNorm and activation', () => {
    const epsilon = 1e-3
    const shapes: readonly Shape4D[] = [
      [2, 5, 7, 8],
      [1, 4, 4, 5],
      [3, 9, 5, 1],
      [1, 1, 2, 18],
    ]
    it.each(
      activations.flatMap((activation) => shapes.map((shape) => [activation, shape] as const)),
    )('%o over %o, with its gradients', async (activation, shape) => {
      const x = draw(shape, 4)
      const dy = draw(shape, 5)
      const channels = shape[3]
      const gamma = Float32Array.from({ length: channels }, (_, i) => (i % 3) * 0.7 - 0.4)
      const beta = Float32Array.from({ length: channels }, (_, i) => (i % 4) * 0.3 - 0.5)
      const input = tensorOf(x)
      const g = tensor1d(gamma)
      const b = tensor1d(beta)
      const forward = ops.normActivate(input, g, b, epsilon, activation)
      const wanted = reference.normActivate(x, gamma, beta, epsilon, activation)
      await expectClose(forward.y, wanted.y.data)
      await expectClose(forward.mean, wanted.mean)
      await expectClose(forward.variance, wanted.variance)

      const slope = (change: (h: number) => reference.Values): number => {
        const h = 1e-5
        const [up, down] = [change(h), change(-h)]
        return up.data.reduce(
          (sum, value, i) => sum + ((value - (down.data[i] ?? 0)) / (2 * h)) * (dy.data[i] ?? 0),
          0,
        )
      }
      const nudged = (list: ArrayLike<number>, at: number, h: number): Float64Array => {
        const copy = Float64Array.from(list)
        copy[at] = (copy[at] ?? 0) + h
        return copy
      }
      const run = (values: Values, gammas: ArrayLike<number>, betas: ArrayLike<number>) =>
        reference.normActivate(values, gammas, betas, epsilon, activation).y
      const got = ops.normActivateGradient(tensorOf(dy), input, g, b, forward, epsilon, activation)
      const channelsOf = (_: unknown, c: number) => c
      await expectClose(
        got.dGamma,
        Array.from(gamma, channelsOf).map((c) => slope((h) => run(x, nudged(gamma, c, h), beta))),
        1e-4,
      )
      await expectClose(
        got.dBeta,
        Array.from(beta, channelsOf).map((c) => slope((h) => run(x, gamma, nudged(beta, c, h)))),
        1e-4,
      )
      const some = Array.from({ length: Math.min(12, x.data.length) }, (_, i) =>
        Math.floor((i * x.data.length) / 12),
      )
      const dx = await got.dx.data()
      const scale = Math.max(...dx.map(Math.abs))
      for (const i of some) {
        const numeric = slope((h) => run({ shape, data: nudged(x.data, i, h) }, gamma, beta))
        expect(Math.abs((dx[i] ?? Number.NaN) - numeric) / scale).toBeLessThan(2e-4)
      }
    })

    it('scales and shifts with given statistics', async () => {
      const x = draw([1, 3, 3, 6], 6)
      const scale = Float32Array.of(1, 2, -1, 0, 0.5, 3)
      const shift = Float32Array.of(0, 1, 2, 3, -1, -2)
      const y = ops.scaleActivate(tensorOf(x), tensor1d(scale), tensor1d(shift), { kind: 'silu' })
      const wanted = x.data.map((value, i) =>
        reference.activate({ kind: 'silu' }, value * (scale[i % 6] ?? 0) + (shift[i % 6] ?? 0)),
      )
      await expectClose(y, wanted)
    })
  })

  describe('moving pixels', () => {
    it('joins and cuts channels', async () => {
      const [a, b] = [draw([2, 3, 2, 3], 7), draw([2, 3, 2, 5], 8)]
      const joined = ops.concat([tensorOf(a), tensorOf(b)])
      expect(joined.shape).toEqual([2, 3, 2, 8])
      await expectClose(ops.sliceChannels(joined, 0, 3), a.data)
      await expectClose(ops.sliceChannels(joined, 3, 5), b.data)
    })

    it('adds', async () => {
      const [a, b] = [draw([1, 2, 2, 3], 9), draw([1, 2, 2, 3], 10)]
      await expectClose(
        ops.add(tensorOf(a), tensorOf(b)),
        a.data.map((value, i) => value + (b.data[i] ?? 0)),
      )
    })

    it('upsamples, and sums what came from one cell', async () => {
      const x = draw([2, 2, 3, 5], 11)
      const y = ops.upsample(tensorOf(x), 2)
      expect(y.shape).toEqual([2, 4, 6, 5])
      expect((await y.array())[1]?.[3]?.[5]).toEqual((await tensorOf(x).array())[1]?.[1]?.[2])
      const back = ops.upsampleGradient(y, 2)
      await expectClose(
        back,
        x.data.map((value) => value * 4),
      )
    })

    it('packs the pixels of Focus in its order', async () => {
      const x = draw([1, 4, 4, 3], 12)
      const y = ops.spaceToDepth(tensorOf(x))
      expect(y.shape).toEqual([1, 2, 2, 12])
      // Rows first, then columns: (0, 0), (1, 0), (0, 1), (1, 1).
      const wanted = [
        [2, 2],
        [3, 2],
        [2, 3],
        [3, 3],
      ].flatMap(([row, column]) =>
        [0, 1, 2].map((c) => Math.fround(reference.at(x, 0, row ?? 0, column ?? 0, c))),
      )
      expect((await y.array())[0]?.[1]?.[1]).toEqual(wanted)
      await expectClose(ops.spaceToDepthGradient(y), x.data)
    })

    it.each([
      { size: 5, stride: 1, pad: 2 },
      { size: 3, stride: 2, pad: 1 },
      { size: 2, stride: 2, pad: 0 },
    ])('pools the largest of %o, ties to the first', async (pool) => {
      const x = draw([2, 7, 6, 5], 13)
      // Few different values, so that there are ties.
      if (ties) {
        x.data.forEach((value, i) => {
          x.data[i] = Math.round(value)
        })
      }
      const shape: Shape4D = [2, outputSize(7, pool.size, pool), outputSize(6, pool.size, pool), 5]
      const input = tensorOf(x)
      const y = ops.maxPool(input, pool)
      await expectClose(y, reference.maxPool(x, shape, pool).data)
      const dy = draw(shape, 14)
      await expectClose(
        ops.maxPoolGradient(tensorOf(dy), input, y, pool),
        reference.maxPool(x, shape, pool, dy).data,
      )
    })

    it('sums slopes for a bias', async () => {
      const dy = draw([2, 3, 3, 5], 15)
      const wanted = new Array<number>(5).fill(0)
      dy.data.forEach((value, i) => {
        wanted[i % 5] = (wanted[i % 5] ?? 0) + value
      })
      await expectClose(ops.biasGradient(tensorOf(dy)), wanted)
    })
  })

  describe('memory', () => {
    it('keeps nothing but what it returns', async () => {
      const x = tensorOf(draw([1, 8, 8, 8], 16))
      const kernel = tensorOf(draw([3, 3, 8, 8], 17))
      const g = tensor1d(new Float32Array(8).fill(1))
      const geometry = { stride: 2, pad: 1, dilation: 1, groups: 1 }
      const cases: readonly (() => readonly Tensor[])[] = [
        () => [ops.conv(x, kernel, geometry)],
        () => [ops.convKernelGradient(x, ops4, [3, 3, 8, 8], geometry)],
        () => [ops.convInputGradient(ops4, kernel, x.shape, geometry)],
        () => [ops.convBiasActivate(x, kernel, g, geometry, { kind: 'silu' })],
        () => [ops.concat([x, x])],
        () => [ops.maxPool(x, { size: 5, stride: 1, pad: 2 })],
        () => {
          const { y, mean, variance, saved } = ops.normActivate(x, g, g, 1e-3, { kind: 'silu' })
          return [y, mean, variance, ...saved]
        },
      ]
      const ops4 = ops.conv(x, kernel, geometry)
      for (const run of cases) {
        const before = memory().numTensors
        const results = run()
        expect(memory().numTensors - before).toBe(results.length)
        for (const result of results) result.dispose()
      }
    })
  })
}
