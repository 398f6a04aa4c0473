import type { ParameterLayout } from '../contract'
import { inputsOf, type LayerGraph } from './graph'

/** Weights for inference, by operation. */
export type FoldedWeights = {
  /** HWIO kernels, and biases where there are any. */
  readonly convs: ReadonlyMap<
    number,
    { readonly kernel: Float32Array; readonly bias: Float32Array | undefined }
  >
  /** BatchNorms that follow no convolution of their own. */
  readonly norms: ReadonlyMap<
    number,
    { readonly scale: Float32Array; readonly shift: Float32Array }
  >
  /** Convolution → the BatchNorm that it does the work of. */
  readonly fused: ReadonlyMap<number, number>
  /** Those BatchNorms. */
  readonly skipped: ReadonlySet<number>
}

/**
 * Folds each BatchNorm, with its running statistics, into the convolution that feeds it alone:
 * y = (conv(x) − mean) · s + beta with s = gamma / √(variance + ε).
 */
export function foldNorms(
  graph: LayerGraph,
  layout: ParameterLayout,
  parameters: Float32Array,
  statistics: Float32Array,
): FoldedWeights {
  const place = new Map(
    [...layout.parameters, ...layout.statistics].map(({ name, offset, size }) => [
      name,
      [offset, offset + size] as const,
    ]),
  )
  const slice = (vector: Float32Array, name: string): Float32Array | undefined => {
    const range = place.get(name)
    return range && vector.slice(...range)
  }
  const readers = new Map<number, number[]>()
  graph.operations.forEach((operation, i) => {
    for (const input of inputsOf(operation)) readers.set(input, [...(readers.get(input) ?? []), i])
  })
  const convs = new Map<number, { kernel: Float32Array; bias: Float32Array | undefined }>()
  const norms = new Map<number, { scale: Float32Array; shift: Float32Array }>()
  const fused = new Map<number, number>()
  graph.operations.forEach((operation, i) => {
    if (operation.kind === 'conv') {
      convs.set(i, {
        kernel: slice(parameters, `${operation.path}.weight`) ?? new Float32Array(),
        bias: slice(parameters, `${operation.path}.bias`),
      })
    }
    if (operation.kind !== 'norm') return
    const { path, epsilon, input } = operation
    const gamma = slice(parameters, `${path}.weight`) ?? new Float32Array()
    const beta = slice(parameters, `${path}.bias`) ?? new Float32Array()
    const mean = slice(statistics, `${path}.running_mean`) ?? new Float32Array()
    const variance = slice(statistics, `${path}.running_var`) ?? new Float32Array()
    const scale = gamma.map((g, c) => g / Math.sqrt((variance[c] ?? 0) + epsilon))
    const shift = beta.map((b, c) => b - (mean[c] ?? 0) * (scale[c] ?? 0))
    const conv = convs.get(input - 1)
    if (!conv || conv.bias || readers.get(input)?.length !== 1) {
      norms.set(i, { scale, shift })
      return
    }
    const channels = scale.length
    convs.set(input - 1, {
      kernel: conv.kernel.map((weight, at) => weight * (scale[at % channels] ?? 0)),
      bias: shift,
    })
    fused.set(input - 1, i)
  })
  return { convs, norms, fused, skipped: new Set(fused.values()) }
}
