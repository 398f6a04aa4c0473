import * as l10n from '@vscode/l10n'
import type { ModuleNode } from './moduleTree'

/** Thrown where a module does not have the structure that its class name promises. */
export class Misfit extends Error {}

/**
 * The primitives of which `blocks.ts` composes YOLOv5's modules. The channel graph follows channels through them,
 * the built-in engine makes them operations on tensors: what a C3 is, is said once. `V` is what flows between them.
 */
export type Interpreter<V> = {
  conv(path: string, node: ModuleNode, input: V): V
  /** BatchNorm. */
  norm(path: string, node: ModuleNode, input: V): V
  /** An elementwise module; undefined where a module has none. */
  activate(node: ModuleNode | undefined, input: V): V
  maxPool(path: string, node: ModuleNode, input: V): V
  upsample(path: string, node: ModuleNode, input: V): V
  zeroPad(path: string, node: ModuleNode, input: V): V
  /** Four copies of the channels, each with every second pixel in both directions. */
  spaceToDepth(input: V): V
  add(path: string, inputs: readonly V[]): V
  concat(inputs: readonly V[]): V
  /** The Detect layer at the end of it: one map of predictions for each level. */
  predict(path: string, node: ModuleNode, outputs: readonly V[]): V
  /** What is known by its number of output channels only, and for a person's reading why. */
  opaque(inputs: readonly V[], reason: string, outputs?: number): V
}

export function numberAttribute(node: ModuleNode, name: string): number {
  const value = node.attributes[name]
  if (typeof value !== 'number')
    throw new Misfit(l10n.t('{0} has no number {1}', node.className, name))
  return value
}

/** A `stride`-like attribute, which torch keeps as a number or as a pair. */
export function pair(node: ModuleNode, name: string): readonly [number, number] {
  const value = node.attributes[name]
  if (typeof value === 'number') return [value, value]
  const [a, b] = Array.isArray(value) ? value : []
  if (typeof a === 'number' && typeof b === 'number') return [a, b]
  throw new Misfit(l10n.t('{0} has no number or pair {1}', node.className, name))
}

/** The layer numbers that a layer reads, from its `f`: -1 is the layer before it. */
export function layerInputs(node: ModuleNode, index: number): number[] {
  const from = node.attributes.f ?? -1
  const list = Array.isArray(from) ? from : [from]
  return list.map((f) => {
    if (typeof f !== 'number') return index - 1
    return f < 0 ? index + f : f
  })
}
