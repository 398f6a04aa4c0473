import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'

/**
 * What the network asks of a backend. Activations are float32 NHWC, convolution kernels HWIO (depthwise ones too:
 * `[h, w, inputs / groups, outputs]`, output channels in PyTorch's order). Nothing here disposes its inputs; what
 * it returns belongs to the caller, who disposes it. There is no tape: each gradient is asked for by name, so that
 * the network decides how long a tensor lives, and a backend may fuse what it likes.
 */
export type Ops = {
  /** `nn.Conv2d` without bias. Output size is `floor((n + 2·pad − dilation·(k − 1) − 1) / stride) + 1`. */
  conv(x: Tensor4D, kernel: Tensor4D, geometry: ConvGeometry): Tensor4D
  convInputGradient(
    dy: Tensor4D,
    kernel: Tensor4D,
    inputShape: Shape4D,
    geometry: ConvGeometry,
  ): Tensor4D
  convKernelGradient(
    x: Tensor4D,
    dy: Tensor4D,
    kernelShape: Shape4D,
    geometry: ConvGeometry,
  ): Tensor4D
  /** `activation(conv(x, kernel) + bias)`: a Conv whose BN is folded, or a Detect convolution. */
  convBiasActivate(
    x: Tensor4D,
    kernel: Tensor4D,
    bias: Tensor1D,
    geometry: ConvGeometry,
    activation: Activation,
  ): Tensor4D
  /** Sum of dy over batch, height and width: `[channels]`. */
  biasGradient(dy: Tensor4D): Tensor1D

  /** BatchNorm with the batch's own statistics, then the activation. */
  normActivate(
    x: Tensor4D,
    gamma: Tensor1D,
    beta: Tensor1D,
    epsilon: number,
    activation: Activation,
  ): NormResult
  /** Gradients of `normActivate`, given what it was given and what it returned, of which `y` may be disposed. */
  normActivateGradient(
    dy: Tensor4D,
    x: Tensor4D,
    gamma: Tensor1D,
    beta: Tensor1D,
    forward: NormResult,
    epsilon: number,
    activation: Activation,
  ): { readonly dx: Tensor4D; readonly dGamma: Tensor1D; readonly dBeta: Tensor1D }
  /** `activation(x · scale + shift)` by channel: BatchNorm with running statistics. */
  scaleActivate(x: Tensor4D, scale: Tensor1D, shift: Tensor1D, activation: Activation): Tensor4D

  add(a: Tensor4D, b: Tensor4D): Tensor4D
  /** Along channels. */
  concat(parts: readonly Tensor4D[]): Tensor4D
  /** Channels `[start, start + size)`: the gradient of `concat`. */
  sliceChannels(x: Tensor4D, start: number, size: number): Tensor4D
  /** `nn.MaxPool2d(size, stride, pad)`; the border never wins. */
  maxPool(x: Tensor4D, pool: PoolGeometry): Tensor4D
  /** Where several cells of a window are equal, the first in row-major order takes the gradient, as in PyTorch. */
  maxPoolGradient(dy: Tensor4D, x: Tensor4D, y: Tensor4D, pool: PoolGeometry): Tensor4D
  /** `nn.Upsample(scale_factor=factor, mode='nearest')`. */
  upsample(x: Tensor4D, factor: number): Tensor4D
  upsampleGradient(dy: Tensor4D, factor: number): Tensor4D
  /** YOLOv5's Focus: `[even rows, even cols], [odd, even], [even, odd], [odd, odd]` side by side in the channels. */
  spaceToDepth(x: Tensor4D): Tensor4D
  spaceToDepthGradient(dy: Tensor4D): Tensor4D
}

export type Shape4D = readonly [number, number, number, number]

export type ConvGeometry = {
  readonly stride: number
  /** The same on all four sides, in pixels. */
  readonly pad: number
  readonly dilation: number
  readonly groups: number
}

export type PoolGeometry = {
  readonly size: number
  readonly stride: number
  readonly pad: number
}

export type Activation =
  | { readonly kind: 'identity' }
  | { readonly kind: 'silu' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'leakyRelu'; readonly slope: number }
  | { readonly kind: 'hardswish' }

export type NormResult = {
  readonly y: Tensor4D
  /** Of this batch, `[channels]`. */
  readonly mean: Tensor1D
  /** Biased (divided by n), as it normalises; running statistics take n / (n − 1) of it. */
  readonly variance: Tensor1D
  /** Whatever else the backend wants back for the gradient; dispose it with the rest. */
  readonly saved: readonly Tensor1D[] | readonly Tensor4D[]
}
