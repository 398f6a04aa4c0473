import {
  add,
  avgPool,
  concat,
  conv2d,
  depthwiseConv2d,
  engine,
  greater,
  image,
  leakyRelu,
  lessEqual,
  maxPool,
  mean,
  minimum,
  mul,
  neg,
  pad,
  relu,
  reshape,
  rsqrt,
  sigmoid,
  slice,
  split,
  square,
  stridedSlice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tidy,
  transpose,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import type { Activation, ConvGeometry, NormResult, Ops, PoolGeometry, Shape4D } from './ops'

/**
 * The operations made of tfjs's own, for backends that have kernels for the gradients of convolutions: native
 * TensorFlow and WebGPU. Padding is a step of its own, since TensorFlow's gradients know but `same` and `valid`.
 */
export const genericOps: Ops = {
  conv: (x, kernel, geometry) => tidy(() => convolve(x, kernel, geometry)),
  convInputGradient: (dy, kernel, shape, geometry) =>
    tidy(() => inputGradient(dy, kernel, shape, geometry)),
  convKernelGradient: (x, dy, shape, geometry) =>
    tidy(() => kernelGradient(x, dy, shape, geometry)),
  convBiasActivate: (x, kernel, bias, geometry, activation) =>
    tidy(() => activate(add(convolve(x, kernel, geometry), bias), activation)),
  biasGradient: (dy) => sum(dy, pixelAxes),
  normActivate,
  normActivateGradient: (dy, x, gamma, beta, forward, epsilon, activation) =>
    tidy(() => {
      const deviation = rsqrt(add(forward.variance, epsilon)) as Tensor1D
      const normal = mul(sub(x, forward.mean), deviation)
      const dz = mul(dy, activationSlope(add(mul(normal, gamma), beta), activation)) as Tensor4D
      const dBeta = sum(dz, pixelAxes) as Tensor1D
      const dGamma = sum(mul(dz, normal), pixelAxes) as Tensor1D
      const count = x.size / x.shape[3]
      const shared = add(dBeta, mul(normal, dGamma))
      const dx = mul(sub(dz, mul(shared, 1 / count)), mul(gamma, deviation)) as Tensor4D
      return { dx, dGamma, dBeta }
    }),
  scaleActivate: (x, scale, shift, activation) =>
    tidy(() => activate(add(mul(x, scale), shift), activation)),
  add: (a, b) => add(a, b),
  concat: (parts) => concat([...parts], 3),
  sliceChannels: (x, start, size) => slice(x, [0, 0, 0, start], [-1, -1, -1, size]),
  maxPool: (x, pool) =>
    tidy(() => maxPool(padded(x, pool.pad, lowest), pool.size, pool.stride, 'valid')),
  maxPoolGradient: (dy, x, y, pool) => tidy(() => poolGradient(dy, x, y, pool)),
  upsample: (x, factor) =>
    image.resizeNearestNeighbor(x, [x.shape[1] * factor, x.shape[2] * factor]),
  upsampleGradient: (dy, factor) =>
    tidy(() => mul(avgPool(dy, factor, factor, 'valid'), factor * factor) as Tensor4D),
  spaceToDepth: (x) =>
    tidy(() => {
      const [batch, height, width, channels] = x.shape
      const parts = reshape(x, [batch, height / 2, 2, width / 2, 2, channels])
      const sorted = transpose(parts, [0, 1, 3, 4, 2, 5])
      return reshape(sorted, [batch, height / 2, width / 2, channels * 4])
    }),
  spaceToDepthGradient: (dy) =>
    tidy(() => {
      const [batch, height, width, channels] = dy.shape
      const parts = reshape(dy, [batch, height, width, 2, 2, channels / 4])
      const sorted = transpose(parts, [0, 1, 4, 2, 3, 5])
      return reshape(sorted, [batch, height * 2, width * 2, channels / 4])
    }),
}

const pixelAxes = [0, 1, 2]
/** Below every activation: the border of a pooling never wins. */
const lowest = -3.4e38

function normActivate(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
  activation: Activation,
): NormResult {
  const [y, average, variance] = tidy(() => {
    const average = mean(x, pixelAxes) as Tensor1D
    const centred = sub(x, average)
    const variance = mean(square(centred), pixelAxes) as Tensor1D
    const scale = mul(rsqrt(add(variance, epsilon)), gamma)
    const y = activate(add(mul(centred, scale), beta) as Tensor4D, activation)
    return [y, average, variance] as [Tensor4D, Tensor1D, Tensor1D]
  })
  return { y, mean: average, variance, saved: [] }
}

function convolve(x: Tensor4D, kernel: Tensor4D, geometry: ConvGeometry): Tensor4D {
  const { stride, groups } = geometry
  const { mode, width } = paddingOf(kernel.shape, geometry)
  const input = padded(x, width, 0)
  const filter = dilated(kernel, geometry)
  if (groups === 1) return conv2d(input, filter, stride, mode)
  if (kernel.shape[2] === 1) {
    return depthwiseConv2d(input, byInput(filter, groups), stride, mode)
  }
  const kernels = split(filter, groups, 3)
  const parts = split<Tensor4D>(input, groups, 3).map((part, group) =>
    conv2d(part, kernels[group] as Tensor4D, stride, mode),
  )
  return concat(parts, 3)
}

function inputGradient(
  dy: Tensor4D,
  kernel: Tensor4D,
  [batch, height, width, channels]: Shape4D,
  geometry: ConvGeometry,
): Tensor4D {
  const { groups } = geometry
  const { mode, width: border } = paddingOf(kernel.shape, geometry)
  const whole = [batch, height + 2 * border, width + 2 * border, channels]
  const run = (slopes: Tensor4D, filter: Tensor4D, inputShape: number[]): Tensor4D =>
    engine().runKernel(
      'Conv2DBackpropInput',
      { dy: slopes, filter },
      { ...attributes(geometry, mode), inputShape },
    ) as Tensor4D
  const spread = dilated(kernel, geometry)
  let dx: Tensor4D
  if (groups === 1) dx = run(dy, spread, whole)
  else if (kernel.shape[2] === 1) {
    dx = engine().runKernel(
      'DepthwiseConv2dNativeBackpropInput',
      { dy, filter: byInput(spread, groups) },
      { ...attributes(geometry, mode), inputShape: whole },
    ) as Tensor4D
  } else {
    const kernels = split(spread, groups, 3)
    const shape = [...whole.slice(0, 3), channels / groups]
    dx = concat(
      split<Tensor4D>(dy, groups, 3).map((part, group) =>
        run(part, kernels[group] as Tensor4D, shape),
      ),
      3,
    )
  }
  return unpadded(dx, border, height, width)
}

function kernelGradient(
  x: Tensor4D,
  dy: Tensor4D,
  [height, width, inputs, outputs]: Shape4D,
  geometry: ConvGeometry,
): Tensor4D {
  const { groups, dilation } = geometry
  const { mode, width: border } = paddingOf([height, width, inputs, outputs], geometry)
  const input = padded(x, border, 0)
  const spread: Shape4D = [(height - 1) * dilation + 1, (width - 1) * dilation + 1, inputs, outputs]
  const run = (part: Tensor4D, slopes: Tensor4D, filterShape: readonly number[]): Tensor4D =>
    engine().runKernel(
      'Conv2DBackpropFilter',
      { x: part, dy: slopes },
      { ...attributes(geometry, mode), filterShape: [...filterShape] },
    ) as Tensor4D
  let gradient: Tensor4D
  if (groups === 1) gradient = run(input, dy, spread)
  else if (inputs === 1) {
    const filterShape = [spread[0], spread[1], groups, outputs / groups]
    const byInputs = engine().runKernel(
      'DepthwiseConv2dNativeBackpropFilter',
      { x: input, dy },
      { ...attributes(geometry, mode), filterShape },
    ) as Tensor4D
    gradient = reshape(byInputs, [...spread])
  } else {
    const slopes = split<Tensor4D>(dy, groups, 3)
    const part = [spread[0], spread[1], inputs, outputs / groups]
    const parts = split<Tensor4D>(input, groups, 3)
    gradient = concat(
      parts.map((one, group) => run(one, slopes[group] as Tensor4D, part)),
      3,
    )
  }
  if (dilation === 1) return gradient
  return stridedSlice(gradient, [0, 0, 0, 0], [...spread], [dilation, dilation, 1, 1]) as Tensor4D
}

/** A kernel with zeros between its taps: tfjs has no gradients of dilated convolutions. */
function dilated(kernel: Tensor4D, { dilation }: ConvGeometry): Tensor4D {
  if (dilation === 1) return kernel
  const [height, width, inputs, outputs] = kernel.shape
  const gap: [number, number] = [0, dilation - 1]
  const none: [number, number] = [0, 0]
  // Rows, then columns: WebGPU pads no more than four dimensions.
  const rows = pad(reshape(kernel, [height, 1, width * inputs * outputs]), [none, gap, none])
  const cells = reshape(rows, [height * dilation, width, 1, inputs * outputs])
  const apart = pad(cells, [none, none, gap, none])
  const whole = reshape(apart, [height * dilation, width * dilation, inputs, outputs]) as Tensor4D
  return slice(
    whole,
    [0, 0, 0, 0],
    [(height - 1) * dilation + 1, (width - 1) * dilation + 1, inputs, outputs],
  )
}

/** What tfjs's convolution kernels are told. */
function attributes({ stride }: ConvGeometry, pad: 'same' | 'valid'): object {
  return { strides: [stride, stride], pad, dataFormat: 'NHWC', dilations: [1, 1] }
}

/**
 * How a convolution is padded: by the backend itself where its `same` is PyTorch's padding, else by `width` zeros in a
 * step before. With a stride, `same` puts more on one side than on the other.
 */
function paddingOf(
  [height, width]: readonly number[],
  { stride, pad: border, dilation }: ConvGeometry,
): { readonly mode: 'same' | 'valid'; readonly width: number } {
  const same = stride === 1 && dilation === 1 && height === width && height === 2 * border + 1
  return same ? { mode: 'same', width: 0 } : { mode: 'valid', width: border }
}

/** A depthwise kernel `[h, w, 1, outputs]` as tfjs has it: `[h, w, inputs, outputs / inputs]`. */
function byInput(kernel: Tensor4D, inputs: number): Tensor4D {
  const [height, width, , outputs] = kernel.shape
  return reshape(kernel, [height, width, inputs, outputs / inputs])
}

function poolGradient(dy: Tensor4D, x: Tensor4D, y: Tensor4D, pool: PoolGeometry): Tensor4D {
  const dx = engine().runKernel(
    'MaxPoolGrad',
    { dy, input: padded(x, pool.pad, lowest), output: y },
    {
      filterSize: [pool.size, pool.size],
      strides: [pool.stride, pool.stride],
      pad: 'valid',
    } as never,
  ) as Tensor4D
  return unpadded(dx, pool.pad, x.shape[1], x.shape[2])
}

function padded(x: Tensor4D, width: number, value: number): Tensor4D {
  if (width === 0) return x
  const side: [number, number] = [width, width]
  return pad(x, [[0, 0], side, side, [0, 0]], value)
}

function unpadded(x: Tensor4D, width: number, height: number, columns: number): Tensor4D {
  if (width === 0) return x
  return slice(x, [0, width, width, 0], [-1, height, columns, -1])
}

export function activate(z: Tensor, activation: Activation): Tensor4D {
  switch (activation.kind) {
    case 'silu':
      return mul(z, sigmoid(z)) as Tensor4D
    case 'relu':
      return relu(z as Tensor4D)
    case 'leakyRelu':
      return leakyRelu(z as Tensor4D, activation.slope)
    case 'hardswish':
      return mul(z, mul(minimum(relu(add(z, 3)), 6), 1 / 6)) as Tensor4D
    case 'identity':
      return z as Tensor4D
  }
}

/** Slope of an activation at `z`. */
export function activationSlope(z: Tensor, activation: Activation): Tensor {
  const ones = (): Tensor => add(zerosLike(z), 1)
  switch (activation.kind) {
    case 'silu': {
      const s = sigmoid(z)
      return mul(s, add(mul(z, add(neg(s), 1)), 1))
    }
    case 'relu':
      return where(greater(z, 0), ones(), zerosLike(z))
    case 'leakyRelu':
      return where(greater(z, 0), ones(), mul(ones(), activation.slope))
    case 'hardswish': {
      // z·(z + 3)/6 between −3 and 3, z above, 0 below; at the corners as PyTorch has it.
      const middle = add(mul(z, 1 / 3), 0.5)
      const below = where(lessEqual(z, -3), zerosLike(z), middle)
      return where(greater(z, 3), ones(), below)
    }
    case 'identity':
      return ones()
  }
}
