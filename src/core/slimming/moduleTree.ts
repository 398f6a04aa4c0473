/**
 * A torch model as the channel graph needs it: class names, plain attributes, tensor shapes, children.
 * It has two sources: a checkpoint (`src/core/checkpoint/moduleTree.ts`) and a live model described as JSON by
 * the Python runner. Both must name things exactly as PyTorch does.
 */
export type ModuleNode = {
  /** Dotted class path, e.g. `models.common.C3`, `torch.nn.modules.conv.Conv2d`. */
  readonly className: string
  /** Plain entries of the instance `__dict__`: numbers, booleans, strings, null, and arrays of those. */
  readonly attributes: Readonly<Record<string, Attribute>>
  /** Own parameters and buffers by name (`weight`, `running_mean`, `anchors`). */
  readonly tensors: Readonly<Record<string, ModuleTensor>>
  /** Submodules in registration order. A `None` submodule is left out. */
  readonly children: Readonly<Record<string, ModuleNode>>
}

export type Attribute = null | boolean | number | string | readonly Attribute[]

export type ModuleTensor = {
  readonly shape: readonly number[]
  /** Values as float32 in row-major order. Absent when only the shape is known. */
  readonly read?: () => Float32Array
}

/** Last part of a class path: `models.common.C3` → `C3`. */
export function shortName(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1)
}
