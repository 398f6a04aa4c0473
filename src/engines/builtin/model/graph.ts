import type { Activation, ConvGeometry, PoolGeometry, Shape4D } from '../kernels/ops'

/**
 * A network as a list of primitive operations in the order in which they run. Value 0 is the image, value i + 1 what
 * operation i makes. Plain data: worker threads are handed it.
 */
export type LayerGraph = {
  readonly operations: readonly Operation[]
  /** Raw outputs of the Detect layer, one value of each level. */
  readonly outputs: readonly number[]
  /** Value of each layer of the model (`model.0`, …), −1 for the Detect layer. */
  readonly layers: readonly number[]
  /** Pixels of the image along one side for each pixel of a value. */
  readonly strides: readonly number[]
}

export type Operation =
  | ConvOperation
  | NormOperation
  | { readonly kind: 'add'; readonly inputs: readonly [number, number] }
  | {
      readonly kind: 'concat'
      readonly inputs: readonly number[]
      readonly channels: readonly number[]
    }
  | { readonly kind: 'maxPool'; readonly input: number; readonly pool: PoolGeometry }
  | { readonly kind: 'upsample'; readonly input: number; readonly factor: number }
  | { readonly kind: 'spaceToDepth'; readonly input: number }

export type ConvOperation = {
  readonly kind: 'conv'
  readonly input: number
  /** Path of the nn.Conv2d, e.g. `model.0.conv`. */
  readonly path: string
  /** HWIO. */
  readonly kernelShape: Shape4D
  readonly geometry: ConvGeometry
  readonly bias: boolean
}

export type NormOperation = {
  readonly kind: 'norm'
  readonly input: number
  /** Path of the nn.BatchNorm2d. */
  readonly path: string
  readonly channels: number
  readonly epsilon: number
  /** Share of a batch's statistics in the running ones. */
  readonly momentum: number
  readonly activation: Activation
}

/** The values that an operation reads. */
export function inputsOf(operation: Operation): readonly number[] {
  return 'inputs' in operation ? operation.inputs : [operation.input]
}
