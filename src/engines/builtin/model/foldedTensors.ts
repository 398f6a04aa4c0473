import { type Tensor1D, type Tensor4D, tensor1d, tensor4d } from '@tensorflow/tfjs-core'
import type { FoldedWeights } from './fold'
import type { LayerGraph } from './graph'

/** Weights for inference on the device, by operation. */
export class FoldedTensors {
  readonly kernels = new Map<number, Tensor4D>()
  readonly biases = new Map<number, Tensor1D>()
  /** Of BatchNorms that stand alone: scale and shift. */
  readonly scales = new Map<number, readonly [Tensor1D, Tensor1D]>()
  readonly fused: FoldedWeights['fused']
  readonly skipped: FoldedWeights['skipped']

  constructor(graph: LayerGraph, { convs, norms, fused, skipped }: FoldedWeights) {
    this.fused = fused
    this.skipped = skipped
    for (const [i, { kernel, bias }] of convs) {
      const operation = graph.operations[i]
      if (operation?.kind !== 'conv') continue
      this.kernels.set(i, tensor4d(kernel, [...operation.kernelShape]))
      if (bias) this.biases.set(i, tensor1d(bias))
    }
    for (const [i, { scale, shift }] of norms) {
      this.scales.set(i, [tensor1d(scale), tensor1d(shift)])
    }
  }

  dispose(): void {
    const pairs = [...this.scales.values()].flat()
    for (const tensor of [...this.kernels.values(), ...this.biases.values(), ...pairs]) {
      tensor.dispose()
    }
  }
}
