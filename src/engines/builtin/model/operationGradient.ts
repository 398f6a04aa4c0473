import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core'
import type { NormResult, Ops, Shape4D } from '../kernels/ops'
import type { Operation } from './graph'
import { required } from './required'

/** What a backward pass has at hand. */
export type BackwardState = {
  readonly ops: Ops
  /** By value: what the forward pass kept. */
  readonly values: readonly (Tensor4D | undefined)[]
  readonly norms: ReadonlyMap<number, NormResult>
  /** Weights by name. */
  readonly tensors: ReadonlyMap<string, Tensor4D | Tensor1D>
  /** Gradients by name of the parameter; filled. */
  readonly gradients: Map<string, Tensor4D | Tensor1D>
  /** By value: whether anything that trains lies before it. */
  readonly trains: readonly boolean[]
  /** Takes a share of a value's gradient, and owns it. */
  readonly pass: (value: number, gradient: Tensor4D) => void
}

/** From the gradient of an operation's output, those of its weights and inputs. */
export function operationGradient(
  operation: Operation,
  index: number,
  dy: Tensor4D,
  { ops, values, norms, tensors, gradients, trains, pass }: BackwardState,
): void {
  switch (operation.kind) {
    case 'conv': {
      const { path, geometry, input, kernelShape, bias } = operation
      const x = required(values[input])
      gradients.set(`${path}.weight`, ops.convKernelGradient(x, dy, kernelShape, geometry))
      if (bias) gradients.set(`${path}.bias`, ops.biasGradient(dy))
      if (trains[input]) {
        const kernel = tensors.get(`${path}.weight`) as Tensor4D
        pass(input, ops.convInputGradient(dy, kernel, x.shape as Shape4D, geometry))
      }
      return
    }
    case 'norm': {
      const { path, input, epsilon, activation } = operation
      const { dx, dGamma, dBeta } = ops.normActivateGradient(
        dy,
        required(values[input]),
        tensors.get(`${path}.weight`) as Tensor1D,
        tensors.get(`${path}.bias`) as Tensor1D,
        required(norms.get(index)),
        epsilon,
        activation,
      )
      gradients.set(`${path}.weight`, dGamma)
      gradients.set(`${path}.bias`, dBeta)
      if (trains[input]) pass(input, dx)
      else dx.dispose()
      return
    }
    case 'add':
      for (const input of operation.inputs) if (trains[input]) pass(input, dy.clone())
      return
    case 'concat': {
      let start = 0
      operation.inputs.forEach((input, part) => {
        const size = operation.channels[part] ?? 0
        if (trains[input]) pass(input, ops.sliceChannels(dy, start, size))
        start += size
      })
      return
    }
    case 'maxPool': {
      const { input, pool } = operation
      if (!trains[input]) return
      pass(
        input,
        ops.maxPoolGradient(dy, required(values[input]), required(values[index + 1]), pool),
      )
      return
    }
    case 'upsample':
      if (trains[operation.input]) {
        pass(operation.input, ops.upsampleGradient(dy, operation.factor))
      }
      return
    case 'spaceToDepth':
      if (trains[operation.input]) pass(operation.input, ops.spaceToDepthGradient(dy))
      return
  }
}
