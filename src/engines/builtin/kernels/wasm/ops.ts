import {
  add,
  conv2d,
  depthwiseConv2d,
  fused,
  maxPool,
  type Rank,
  reshape,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
} from '@tensorflow/tfjs-core'
import { phasesOf, pixels } from '../geometry'
import type { Activation, ConvGeometry, NormResult, Ops, PoolGeometry, Shape4D } from '../ops'
import type { WasmHeap } from './heap'

/**
 * Operations on tfjs's wasm backend. Forward convolutions are tfjs's (XNNPACK); what it lacks, or does in a
 * dozen passes over memory, are kernels of ours on the same heap.
 */
export function wasmOps(heap: WasmHeap): Ops {
  const { kernels } = heap

  function conv(x: Tensor4D, kernel: Tensor4D, geometry: ConvGeometry): Tensor4D {
    const { stride, pad, dilation, groups } = geometry
    if (groups === 1) return conv2d(x, kernel, stride, pad, 'NHWC', dilation)
    const perGroup = kernel.shape[2]
    if (perGroup === 1) {
      const [height, width, , outputs] = kernel.shape
      const depthwise = reshape<Rank.R4>(kernel, [height, width, groups, outputs / groups])
      const y = depthwiseConv2d(x, depthwise, stride, pad, 'NHWC', dilation)
      depthwise.dispose()
      return y
    }
    const outputs = kernel.shape[3] / groups
    const parts = Array.from({ length: groups }, (_, g) => {
      const input = sliceChannels(x, g * perGroup, perGroup)
      const taps = sliceChannels(kernel, g * outputs, outputs)
      const y = conv2d(input, taps, stride, pad, 'NHWC', dilation)
      input.dispose()
      taps.dispose()
      return y
    })
    const y = concat(parts)
    for (const part of parts) part.dispose()
    return y
  }

  function grouped(
    x: Tensor4D | undefined,
    kernel: Tensor4D | undefined,
    dy: Tensor4D,
    inputShape: Shape4D,
    kernelShape: Shape4D,
    { stride, pad, dilation, groups }: ConvGeometry,
  ): Tensor4D {
    const shape = x ? kernelShape : inputShape
    const result = zeros(shape)
    const [batch, height, width, inputs] = inputShape
    kernels.groupedGradients(
      x ? heap.at(x) : 0,
      kernel ? heap.at(kernel) : 0,
      heap.at(dy),
      x ? 0 : heap.at(result),
      x ? heap.at(result) : 0,
      ...[batch, height, width, inputs, dy.shape[1], dy.shape[2], dy.shape[3]],
      ...([kernelShape[0], stride, pad, dilation, groups] as const),
    )
    return result
  }

  function zeros(shape: readonly number[]): Tensor4D {
    const tensor = heap.empty<Tensor4D>(shape)
    heap.floats(heap.at(tensor), tensor.size).fill(0)
    return tensor
  }

  function convInputGradient(
    dy: Tensor4D,
    kernel: Tensor4D,
    inputShape: Shape4D,
    geometry: ConvGeometry,
  ): Tensor4D {
    const { stride, pad, dilation, groups } = geometry
    if (groups > 1 || dilation > 1) {
      return grouped(undefined, kernel, dy, inputShape, kernel.shape, geometry)
    }
    const [batch, height, width, inputs] = inputShape
    const [kernelHeight, kernelWidth, , outputs] = kernel.shape
    const rows = phasesOf(height, dy.shape[1], kernelHeight, stride, pad)
    const columns = phasesOf(width, dy.shape[2], kernelWidth, stride, pad)
    // Pixels that no output looks at keep a gradient of zero.
    const covered = [...rows, ...columns].every(({ taps }) => taps > 0)
    const dx = covered ? heap.empty<Tensor4D>(inputShape) : zeros(inputShape)
    for (const y of rows) {
      for (const x of columns) {
        if (y.taps === 0 || x.taps === 0) continue
        const taps = heap.empty<Tensor4D>([y.taps, x.taps, outputs, inputs])
        kernels.phaseKernel(
          heap.at(kernel),
          heap.at(taps),
          ...[kernelWidth, inputs, outputs, y.taps, x.taps, y.first, x.first],
          stride,
        )
        const convolved = convolve(dy, taps, [y.before, y.after], [x.before, x.after])
        taps.dispose()
        kernels.interleave(
          heap.at(convolved),
          heap.at(dx),
          batch,
          convolved.shape[1],
          convolved.shape[2],
          ...([height, width, inputs, y.phase, x.phase, stride, y.skip, x.skip] as const),
        )
        convolved.dispose()
      }
    }
    return dx
  }

  function convKernelGradient(
    x: Tensor4D,
    dy: Tensor4D,
    kernelShape: Shape4D,
    geometry: ConvGeometry,
  ): Tensor4D {
    if (geometry.groups > 1) {
      return grouped(x, undefined, dy, x.shape, kernelShape, geometry)
    }
    const { stride, pad, dilation } = geometry
    const [batch, height, width, inputs] = x.shape
    const [, outHeight, outWidth, outputs] = dy.shape
    const dk = heap.empty<Tensor4D>(kernelShape)
    kernels.kernelGradient(
      heap.at(x),
      heap.at(dy),
      heap.at(dk),
      ...([batch, height, width, inputs, outHeight, outWidth, outputs] as const),
      ...([kernelShape[0], kernelShape[1], stride, pad, dilation] as const),
    )
    return dk
  }

  function convBiasActivate(
    x: Tensor4D,
    kernel: Tensor4D,
    bias: Tensor1D,
    geometry: ConvGeometry,
    activation: Activation,
  ): Tensor4D {
    const { stride, pad, dilation, groups } = geometry
    if (groups === 1) {
      const y = fused.conv2d({ x, filter: kernel, strides: stride, pad, dilations: dilation, bias })
      if (activation.kind !== 'identity') {
        const channels = y.shape[3]
        const ones = unit(channels)
        run(y, y, ones, ones + channels * 4, activation)
      }
      return y
    }
    const y = conv(x, kernel, geometry)
    const channels = y.shape[3]
    const ones = unit(channels)
    run(y, y, ones, heap.at(bias), activation)
    return y
  }

  /** Scratch: a scale of 1 and a shift of 0 for each channel. */
  function unit(channels: number): number {
    const address = heap.scratch(channels * 8)
    heap.floats(address, channels).fill(1)
    heap.floats(address + channels * 4, channels).fill(0)
    return address
  }

  function run(
    x: Tensor4D,
    y: Tensor4D,
    scale: number,
    shift: number,
    activation: Activation,
  ): void {
    const [kind, slope] = activationNumber(activation)
    const channels = x.shape[3]
    kernels.scaleActivate(
      heap.at(x),
      heap.at(y),
      pixels(x.shape),
      channels,
      scale,
      shift,
      kind,
      slope,
    )
  }

  function biasGradient(dy: Tensor4D): Tensor1D {
    const channels = dy.shape[3]
    const sums = heap.scratch(channels * 12)
    kernels.channelSums(heap.at(dy), pixels(dy.shape), channels, sums, sums + channels * 8)
    return tensor1d(Float32Array.from(heap.doubles(sums, channels)))
  }

  function normActivate(
    x: Tensor4D,
    gamma: Tensor1D,
    beta: Tensor1D,
    epsilon: number,
    activation: Activation,
  ): NormResult {
    const channels = x.shape[3]
    const rows = pixels(x.shape)
    const mean = heap.empty<Tensor1D>([channels])
    const variance = heap.empty<Tensor1D>([channels])
    const y = heap.empty<Tensor4D>(x.shape)
    const sums = heap.scratch(channels * 20)
    const partial = sums + channels * 8
    kernels.channelSums(heap.at(x), rows, channels, sums, partial)
    const means = heap.floats(heap.at(mean), channels)
    heap.doubles(sums, channels).forEach((sum, c) => {
      means[c] = sum / rows
    })
    kernels.channelSquares(heap.at(x), rows, channels, heap.at(mean), sums, partial)
    const variances = heap.floats(heap.at(variance), channels)
    heap.doubles(sums, channels).forEach((sum, c) => {
      variances[c] = sum / rows
    })
    const scale = heap.scratch(channels * 8)
    fold(mean, variance, gamma, beta, epsilon, scale)
    run(x, y, scale, scale + channels * 4, activation)
    return { y, mean, variance, saved: [] }
  }

  /** Scale and shift that normalise, written one after the other. */
  function fold(
    mean: Tensor1D,
    variance: Tensor1D,
    gamma: Tensor1D,
    beta: Tensor1D,
    epsilon: number,
    target: number,
  ): void {
    const channels = mean.size
    const [m, v, g, b] = [mean, variance, gamma, beta].map((t) => heap.floats(heap.at(t), channels))
    const scales = heap.floats(target, channels)
    const shifts = heap.floats(target + channels * 4, channels)
    for (let c = 0; c < channels; c++) {
      const scale = (g?.[c] ?? 0) / Math.sqrt((v?.[c] ?? 0) + epsilon)
      scales[c] = scale
      shifts[c] = (b?.[c] ?? 0) - (m?.[c] ?? 0) * scale
    }
  }

  function normActivateGradient(
    dy: Tensor4D,
    x: Tensor4D,
    gamma: Tensor1D,
    beta: Tensor1D,
    forward: NormResult,
    epsilon: number,
    activation: Activation,
  ): { dx: Tensor4D; dGamma: Tensor1D; dBeta: Tensor1D } {
    const channels = x.shape[3]
    const rows = pixels(x.shape)
    const { mean, variance } = forward
    const dx = heap.empty<Tensor4D>(x.shape)
    const dGamma = heap.empty<Tensor1D>([channels])
    const dBeta = heap.empty<Tensor1D>([channels])
    // Two sums of float64, then scale, shift and the rows' partial sums.
    const sums = heap.scratch(channels * 36)
    const products = sums + channels * 8
    const scale = products + channels * 8
    const shift = scale + channels * 4
    fold(mean, variance, gamma, beta, epsilon, scale)
    const [kind, slope] = activationNumber(activation)
    kernels.activationGradient(
      heap.at(dy),
      heap.at(x),
      heap.at(dx),
      rows,
      channels,
      scale,
      shift,
      heap.at(mean),
      kind,
      slope,
      sums,
      products,
      shift + channels * 4,
    )
    // With x̂ = (x − mean) · r: dx = γ·r · (dz − Σdz / n − x̂ · Σ(dz·x̂) / n), which is linear in dz and x.
    const total = heap.doubles(sums, channels)
    const centred = heap.doubles(products, channels)
    const a = heap.floats(scale, channels)
    const b = heap.floats(shift, channels)
    const c = heap.floats(shift + channels * 4, channels)
    const means = heap.floats(heap.at(mean), channels)
    const variances = heap.floats(heap.at(variance), channels)
    const gammas = heap.floats(heap.at(dGamma), channels)
    const betas = heap.floats(heap.at(dBeta), channels)
    for (let i = 0; i < channels; i++) {
      const inverse = 1 / Math.sqrt((variances[i] ?? 0) + epsilon)
      const sum = total[i] ?? 0
      const product = (centred[i] ?? 0) * inverse
      const outer = a[i] ?? 0
      gammas[i] = product
      betas[i] = sum
      const perX = (-outer * product * inverse) / rows
      b[i] = perX
      c[i] = (-outer * sum) / rows - perX * (means[i] ?? 0)
    }
    kernels.combine(heap.at(dx), heap.at(x), rows, channels, scale, shift, shift + channels * 4)
    return { dx, dGamma, dBeta }
  }

  function scaleActivate(
    x: Tensor4D,
    scale: Tensor1D,
    shift: Tensor1D,
    activation: Activation,
  ): Tensor4D {
    const y = heap.empty<Tensor4D>(x.shape)
    run(x, y, heap.at(scale), heap.at(shift), activation)
    return y
  }

  function concat(parts: readonly Tensor4D[]): Tensor4D {
    const [batch, height, width] = (parts[0] as Tensor4D).shape
    const channels = parts.reduce((sum, part) => sum + part.shape[3], 0)
    const y = heap.empty<Tensor4D>([batch, height, width, channels])
    let start = 0
    for (const part of parts) {
      const count = part.shape[3]
      kernels.copyChannels(
        ...([heap.at(part), count, 0, heap.at(y), channels, start, count] as const),
        batch * height * width,
      )
      start += count
    }
    return y
  }

  function sliceChannels(x: Tensor4D, start: number, size: number): Tensor4D {
    const [batch, height, width, channels] = x.shape
    const y = heap.empty<Tensor4D>([batch, height, width, size])
    kernels.copyChannels(
      ...([heap.at(x), channels, start, heap.at(y), size, 0, size] as const),
      batch * height * width,
    )
    return y
  }

  return {
    conv,
    convInputGradient,
    convKernelGradient,
    convBiasActivate,
    biasGradient,
    normActivate,
    normActivateGradient,
    scaleActivate,
    add: (a, b) => add(a, b),
    concat,
    sliceChannels,
    maxPool: (x, { size, stride, pad }) => maxPool(x, size, stride, pad, 'floor'),
    maxPoolGradient(dy: Tensor4D, x: Tensor4D, _y: Tensor4D, { size, stride, pad }: PoolGeometry) {
      const dx = heap.empty<Tensor4D>(x.shape)
      kernels.maxPoolGradient(
        ...([heap.at(dy), heap.at(x), heap.at(dx), ...x.shape] as const),
        ...([dy.shape[1], dy.shape[2], size, stride, pad] as const),
      )
      return dx
    },
    upsample(x, factor) {
      const [batch, height, width, channels] = x.shape
      const y = heap.empty<Tensor4D>([batch, height * factor, width * factor, channels])
      kernels.upsample(heap.at(x), heap.at(y), batch, height, width, channels, factor)
      return y
    },
    upsampleGradient(dy, factor) {
      const [batch, height, width, channels] = dy.shape
      const shape = [batch, height / factor, width / factor, channels] as const
      const dx = heap.empty<Tensor4D>(shape)
      kernels.upsampleGradient(heap.at(dy), heap.at(dx), ...shape, factor)
      return dx
    },
    spaceToDepth: (x) => spaceToDepth(x),
    spaceToDepthGradient: (dy) => spaceToDepthGradient(dy),
  }

  function spaceToDepth(x: Tensor4D): Tensor4D {
    const [batch, height, width, channels] = x.shape
    const y = heap.empty<Tensor4D>([batch, height / 2, width / 2, channels * 4])
    const from = heap.floats(heap.at(x), x.size)
    const to = heap.floats(heap.at(y), y.size)
    eachFocusCell(x.shape, (source, target) => {
      to.set(from.subarray(source, source + channels), target)
    })
    return y
  }

  function spaceToDepthGradient(dy: Tensor4D): Tensor4D {
    const [batch, height, width, channels] = dy.shape
    const dx = heap.empty<Tensor4D>([batch, height * 2, width * 2, channels / 4])
    const from = heap.floats(heap.at(dy), dy.size)
    const to = heap.floats(heap.at(dx), dx.size)
    eachFocusCell(dx.shape, (source, target) => {
      to.set(from.subarray(target, target + channels / 4), source)
    })
    return dx
  }

  /** A convolution with stride 1 and zeros put around x. */
  function convolve(
    x: Tensor4D,
    kernel: Tensor4D,
    rows: readonly [number, number],
    columns: readonly [number, number],
  ): Tensor4D {
    return conv2d(x, kernel, 1, [[0, 0], [...rows], [...columns], [0, 0]], 'NHWC')
  }
}

/** Visits the pixels of Focus: offsets of a pixel's channels in the image and in the packed one. */
function eachFocusCell(
  [batch, height, width, channels]: Shape4D,
  visit: (source: number, target: number) => void,
): void {
  // [row, column] of each quarter, in the order in which YOLOv5 puts them side by side.
  const quarters = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height / 2; y++) {
      for (let x = 0; x < width / 2; x++) {
        quarters.forEach(([dy, dx], quarter) => {
          const source = ((n * height + 2 * y + dy) * width + 2 * x + dx) * channels
          const target = (((n * height) / 2 + y) * (width / 2) + x) * channels * 4
          visit(source, target + quarter * channels)
        })
      }
    }
  }
}

function activationNumber(activation: Activation): readonly [kind: number, slope: number] {
  const kinds = ['identity', 'silu', 'relu', 'leakyRelu', 'hardswish']
  return [kinds.indexOf(activation.kind), activation.kind === 'leakyRelu' ? activation.slope : 0]
}
