import { type Tensor1D, type Tensor4D, tensor1d, tensor4d } from '@tensorflow/tfjs-core'
import type { ParameterLayout } from '../contract'
import type { NormResult, Ops } from '../kernels/ops'
import { foldNorms } from './fold'
import { FoldedTensors } from './foldedTensors'
import { inputsOf, type LayerGraph, type Operation } from './graph'
import { operationGradient } from './operationGradient'
import { plainOperation } from './plainOperation'
import { required } from './required'

/** A forward pass in training mode: its outputs, and what the backward pass needs of it. */
export type ForwardPass = {
  /** Raw outputs, `[batch, height, width, anchors · (5 + nc)]`; the caller disposes them. */
  readonly outputs: readonly Tensor4D[]
  /** By value: what backward reads. */
  readonly values: (Tensor4D | undefined)[]
  /** By operation: of each BatchNorm what it returned. */
  readonly norms: Map<number, NormResult>
}

export type ForwardOptions = {
  /** Told of each operation's output, for tests. The tensor may be gone after the call. */
  readonly onValue?: (value: number, tensor: Tensor4D) => void
}

/**
 * A network that runs its operations one by one on a backend, and their gradients in reverse. Every tensor goes as
 * soon as nothing needs it any more.
 */
export class Network {
  readonly #graph: LayerGraph
  readonly #layout: ParameterLayout
  readonly #ops: Ops
  /** By value: the last operation that reads it. */
  readonly #lastUse: Int32Array
  /** By value: whether backward reads it (as a convolution's, BatchNorm's or pooling's input or output). */
  readonly #kept: readonly boolean[]
  /** By value: whether anything that trains lies before it. */
  readonly #trains: readonly boolean[]
  #parameters = new Float32Array()
  #statistics = new Float32Array()
  #training: Map<string, Tensor4D | Tensor1D> | undefined
  #inference: FoldedTensors | undefined

  constructor(graph: LayerGraph, layout: ParameterLayout, ops: Ops) {
    this.#graph = graph
    this.#layout = layout
    this.#ops = ops
    const count = graph.operations.length + 1
    this.#lastUse = new Int32Array(count).fill(-1)
    const kept = new Array<boolean>(count).fill(false)
    const trains = new Array<boolean>(count).fill(false)
    graph.operations.forEach((operation, i) => {
      for (const input of inputsOf(operation)) this.#lastUse[input] = i
      if (readsBack(operation)) for (const input of inputsOf(operation)) kept[input] = true
      if (operation.kind === 'maxPool') kept[i + 1] = true
      trains[i + 1] = hasParameters(operation) || inputsOf(operation).some((input) => trains[input])
    })
    for (const output of graph.outputs) this.#lastUse[output] = count
    this.#kept = kept
    this.#trains = trains
  }

  /** Takes new weights; copies them to the device when they are next needed. */
  load(parameters: Float32Array, statistics: Float32Array): void {
    this.#release()
    this.#parameters = parameters.slice()
    this.#statistics = statistics.slice()
  }

  /** Inference: running statistics, BatchNorm folded into its convolution. The caller disposes the outputs. */
  infer(images: Tensor4D, { onValue }: ForwardOptions = {}): Tensor4D[] {
    this.#inference ??= new FoldedTensors(
      this.#graph,
      foldNorms(this.#graph, this.#layout, this.#parameters, this.#statistics),
    )
    const { kernels, biases, scales, fused, skipped } = this.#inference
    const values = new Array<Tensor4D | undefined>(this.#graph.operations.length + 1)
    values[0] = images
    this.#graph.operations.forEach((operation, i) => {
      if (skipped.has(i)) {
        // Its convolution has done its work: the value is there already.
        this.#forget(values, i, false)
        return
      }
      const norm = fused.get(i)
      const target = norm === undefined ? i + 1 : norm + 1
      if (operation.kind === 'conv') {
        const folded = norm === undefined ? undefined : this.#graph.operations[norm]
        const activation =
          folded?.kind === 'norm' ? folded.activation : ({ kind: 'identity' } as const)
        const bias = biases.get(i)
        const kernel = required(kernels.get(i))
        const x = required(values[operation.input])
        values[target] = bias
          ? this.#ops.convBiasActivate(x, kernel, bias, operation.geometry, activation)
          : this.#ops.conv(x, kernel, operation.geometry)
      } else if (operation.kind === 'norm') {
        const [scale, shift] = required(scales.get(i))
        const x = required(values[operation.input])
        values[target] = this.#ops.scaleActivate(x, scale, shift, operation.activation)
      } else {
        values[target] = plainOperation(this.#ops, operation, values)
      }
      onValue?.(target, required(values[target]))
      this.#forget(values, i, false)
    })
    return this.#graph.outputs.map((value) => required(values[value]))
  }

  /** Training: the batch's own statistics, which also move the running ones once `backward` has read them. */
  forward(images: Tensor4D, { onValue }: ForwardOptions = {}): ForwardPass {
    const tensors = this.#upload()
    const values = new Array<Tensor4D | undefined>(this.#graph.operations.length + 1)
    const norms = new Map<number, NormResult>()
    // Kept beyond this call; the image is the caller's to dispose.
    values[0] = images.clone()
    this.#graph.operations.forEach((operation, i) => {
      if (operation.kind === 'conv') {
        const x = required(values[operation.input])
        const kernel = tensors.get(`${operation.path}.weight`) as Tensor4D
        const bias = tensors.get(`${operation.path}.bias`) as Tensor1D | undefined
        values[i + 1] = bias
          ? this.#ops.convBiasActivate(x, kernel, bias, operation.geometry, { kind: 'identity' })
          : this.#ops.conv(x, kernel, operation.geometry)
      } else if (operation.kind === 'norm') {
        const result = this.#ops.normActivate(
          required(values[operation.input]),
          tensors.get(`${operation.path}.weight`) as Tensor1D,
          tensors.get(`${operation.path}.bias`) as Tensor1D,
          operation.epsilon,
          operation.activation,
        )
        norms.set(i, result)
        values[i + 1] = result.y
      } else {
        values[i + 1] = plainOperation(this.#ops, operation, values)
      }
      onValue?.(i + 1, required(values[i + 1]))
      this.#forget(values, i, true)
    })
    const outputs = this.#graph.outputs.map((value) => {
      const output = required(values[value])
      values[value] = undefined
      return output
    })
    return { outputs, values, norms }
  }

  /**
   * Gradients of the parameters, from those of the raw outputs, which it disposes with all that the pass holds.
   * Then the running statistics have moved; both are in the layout's order.
   */
  async backward(
    { values, norms }: ForwardPass,
    slopes: readonly Tensor4D[],
  ): Promise<{ readonly parameters: Float32Array; readonly statistics: Float32Array }> {
    const tensors = this.#upload()
    const gradients = new Map<string, Tensor4D | Tensor1D>()
    const flow = new Array<Tensor4D | undefined>(values.length)
    this.#graph.outputs.forEach((value, level) => {
      flow[value] = required(slopes[level])
    })
    const pass = (value: number, gradient: Tensor4D): void => {
      const before = flow[value]
      if (!before) {
        flow[value] = gradient
        return
      }
      flow[value] = this.#ops.add(before, gradient)
      before.dispose()
      gradient.dispose()
    }
    const trains = this.#trains
    const state = { ops: this.#ops, values, norms, tensors, gradients, trains, pass }
    for (let i = this.#graph.operations.length - 1; i >= 0; i--) {
      const operation = this.#graph.operations[i] as Operation
      const dy = flow[i + 1]
      flow[i + 1] = undefined
      if (dy && this.#trains[i + 1]) {
        operationGradient(operation, i, dy, state)
        dy.dispose()
      }
      values[i + 1]?.dispose()
      values[i + 1] = undefined
    }
    values[0]?.dispose()
    values[0] = undefined
    const [parameters] = await Promise.all([this.#download(gradients), this.#observe(norms)])
    return { parameters, statistics: this.#statistics.slice() }
  }

  dispose(): void {
    this.#release()
  }

  /** Disposes what operation `i` read last and nothing needs later. */
  #forget(values: (Tensor4D | undefined)[], i: number, training: boolean): void {
    for (const input of new Set(inputsOf(this.#graph.operations[i] as Operation))) {
      if (this.#lastUse[input] !== i || (training && this.#kept[input])) continue
      if (input > 0 || training) values[input]?.dispose()
      values[input] = undefined
    }
  }

  /** Weights as tensors, made once for each `load`. */
  #upload(): Map<string, Tensor4D | Tensor1D> {
    if (this.#training) return this.#training
    const tensors = new Map<string, Tensor4D | Tensor1D>()
    for (const { name, kind, shape, offset, size } of this.#layout.parameters) {
      const values = this.#parameters.subarray(offset, offset + size)
      const [outputs = 1, inputs = 1, height = 1, width = 1] = shape
      tensors.set(
        name,
        kind === 'kernel' ? tensor4d(values, [height, width, inputs, outputs]) : tensor1d(values),
      )
    }
    this.#training = tensors
    return tensors
  }

  async #download(gradients: ReadonlyMap<string, Tensor4D | Tensor1D>): Promise<Float32Array> {
    const flat = new Float32Array(this.#layout.size)
    await Promise.all(
      this.#layout.parameters.map(async ({ name, offset }) => {
        const tensor = gradients.get(name)
        if (!tensor) return
        flat.set((await tensor.data()) as Float32Array, offset)
        tensor.dispose()
      }),
    )
    return flat
  }

  /** Moves the running statistics: (1 − momentum) · old + momentum · batch's, the variance unbiased. */
  async #observe(norms: ReadonlyMap<number, NormResult>): Promise<void> {
    const places = new Map(this.#layout.statistics.map((entry) => [entry.name, entry]))
    await Promise.all(
      [...norms].map(async ([index, { y, mean, variance, saved }]) => {
        const operation = this.#graph.operations[index]
        if (operation?.kind !== 'norm') return
        const count = y.size / operation.channels
        const [means, variances] = await Promise.all([mean.data(), variance.data()])
        const unbiased = count > 1 ? count / (count - 1) : 1
        this.#move(
          places.get(`${operation.path}.running_mean`)?.offset,
          means,
          1,
          operation.momentum,
        )
        this.#move(
          places.get(`${operation.path}.running_var`)?.offset,
          variances,
          unbiased,
          operation.momentum,
        )
        for (const tensor of [mean, variance, ...saved]) tensor.dispose()
      }),
    )
  }

  #move(
    offset: number | undefined,
    values: ArrayLike<number>,
    factor: number,
    momentum: number,
  ): void {
    if (offset === undefined) return
    for (let c = 0; c < values.length; c++) {
      const before = this.#statistics[offset + c] as number
      this.#statistics[offset + c] =
        (1 - momentum) * before + momentum * (values[c] as number) * factor
    }
    this.#disposeFolded()
  }

  #release(): void {
    for (const tensor of this.#training?.values() ?? []) tensor.dispose()
    this.#training = undefined
    this.#disposeFolded()
  }

  #disposeFolded(): void {
    this.#inference?.dispose()
    this.#inference = undefined
  }
}

/** Operations whose gradient is computed from what they read. */
function readsBack({ kind }: Operation): boolean {
  return kind === 'conv' || kind === 'norm' || kind === 'maxPool'
}

function hasParameters({ kind }: Operation): boolean {
  return kind === 'conv' || kind === 'norm'
}
