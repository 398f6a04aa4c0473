import {
  add,
  backend,
  mul,
  sigmoid,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core'
import { activate, activationSlope, genericOps } from './generic'
import { inputGradientByConvolution } from './inputGradient'
import type { Activation, NormResult, Ops } from './ops'

/** What tfjs-node's backend offers beyond tfjs: any operation of libtensorflow by name. */
type NodeBackend = {
  readonly binding: Readonly<Record<string, number>>
  executeMultipleOutputs(
    name: string,
    attributes: readonly unknown[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[]
}

/** The operations for native TensorFlow: BatchNorm is its own fused kernel, in place of a dozen passes over memory. */
export const nativeOps: Ops = { ...genericOps, normActivate, normActivateGradient }

/** The same on a CPU, where TensorFlow's input gradient can not be trusted. */
export const nativeCpuOps: Ops = {
  ...nativeOps,
  convInputGradient: (dy, kernel, shape, geometry) =>
    geometry.groups === 1 && geometry.dilation === 1
      ? inputGradientByConvolution(dy, kernel, shape, geometry)
      : genericOps.convInputGradient(dy, kernel, shape, geometry),
}

function normActivate(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
  activation: Activation,
): NormResult {
  const [y, mean, variance, saved] = tidy(() => {
    const [z, mean, unbiased, ...reserved] = fusedNorm(x, gamma, beta, undefined, epsilon)
    const count = x.size / x.shape[3]
    const variance = mul(unbiased as Tensor1D, count > 1 ? (count - 1) / count : 1) as Tensor1D
    return [activate(z as Tensor4D, activation), mean, variance, reserved] as [
      Tensor4D,
      Tensor1D,
      Tensor1D,
      Tensor1D[],
    ]
  })
  return { y, mean, variance, saved }
}

function normActivateGradient(
  dy: Tensor4D,
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  { mean, variance, saved }: NormResult,
  epsilon: number,
  activation: Activation,
): { readonly dx: Tensor4D; readonly dGamma: Tensor1D; readonly dBeta: Tensor1D } {
  return tidy(() => {
    let dz: Tensor = dy
    if (activation.kind !== 'identity') {
      const [z] = fusedNorm(x, gamma, beta, [mean, variance], epsilon)
      dz = mul(dy, slope(z as Tensor4D, activation))
    }
    const [dx, dGamma, dBeta] = run(
      'FusedBatchNormGradV3',
      [dz, x, gamma, ...saved],
      5,
      epsilon,
      true,
    )
    return { dx: dx as Tensor4D, dGamma: dGamma as Tensor1D, dBeta: dBeta as Tensor1D }
  })
}

/** SiLU's slope from its value y: σ + y · (1 − σ). The forward pass's own y may be gone by now. */
function slope(z: Tensor4D, activation: Activation): Tensor {
  if (activation.kind !== 'silu') return activationSlope(z, activation)
  const s = sigmoid(z)
  const y = mul(z, s)
  return add(s, sub(y, mul(y, s)))
}

/**
 * FusedBatchNormV3: with statistics it uses them, without it takes the batch's. Returns the result, mean, unbiased
 * variance, and three tensors for the gradient.
 */
function fusedNorm(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  statistics: readonly [Tensor1D, Tensor1D] | undefined,
  epsilon: number,
): Tensor[] {
  const given = statistics ?? [tensor1d([], 'float32'), tensor1d([], 'float32')]
  return run('FusedBatchNormV3', [x, gamma, beta, ...given], 6, epsilon, !statistics)
}

function run(
  name: string,
  inputs: readonly Tensor[],
  outputs: number,
  epsilon: number,
  training: boolean,
): Tensor[] {
  const node = backend() as unknown as NodeBackend
  const { binding } = node
  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'epsilon', type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: binding.TF_ATTR_BOOL, value: training },
  ]
  return node.executeMultipleOutputs(name, attributes, inputs, outputs)
}
