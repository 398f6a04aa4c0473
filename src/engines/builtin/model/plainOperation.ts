import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { Ops } from '../kernels/ops'
import { inputsOf, type Operation } from './graph'
import { required } from './required'

/** Runs an operation without weights. */
export function plainOperation(
  ops: Ops,
  operation: Operation,
  values: readonly (Tensor4D | undefined)[],
): Tensor4D {
  const input = (): Tensor4D => required(values[inputsOf(operation)[0] ?? -1])
  switch (operation.kind) {
    case 'add': {
      const [a, b] = operation.inputs
      return ops.add(required(values[a]), required(values[b]))
    }
    case 'concat':
      return ops.concat(operation.inputs.map((value) => required(values[value])))
    case 'maxPool':
      return ops.maxPool(input(), operation.pool)
    case 'upsample':
      return ops.upsample(input(), operation.factor)
    case 'spaceToDepth':
      return ops.spaceToDepth(input())
    default:
      throw new Error(`${operation.kind} has weights, or no place here`)
  }
}
