import type { ModuleNode } from '../../core/slimming/moduleTree'

/** What the parts of the built-in engine hand to one another. Plain data: it also crosses worker threads. */

/** Releases whose training and checkpoints differ; what lies between tags counts as the nearest. */
export const builtinReleases = ['v5.0', 'v6.0', 'v6.1', 'v6.2', 'v7.0'] as const
export type BuiltinRelease = (typeof builtinReleases)[number]

/** Tensors by PyTorch's names and in PyTorch's layouts (kernels OIHW), buffers included. */
export type StateDict = ReadonlyMap<string, NamedTensor>
export type NamedTensor = { readonly shape: readonly number[]; readonly data: Float32Array }

/**
 * Where each trainable tensor lies in the flat vector that optimizer, EMA and workers pass around, and each running
 * statistic in the second one. Kernels lie there as HWIO.
 */
export type ParameterLayout = {
  readonly parameters: readonly ParameterEntry[]
  /** Length of the parameter vector. */
  readonly size: number
  readonly statistics: readonly StatisticEntry[]
  readonly statisticsSize: number
}

export type ParameterEntry = {
  /** PyTorch's name, e.g. `model.2.cv1.conv.weight`. */
  readonly name: string
  readonly kind: 'kernel' | 'bias' | 'gamma' | 'beta'
  /** PyTorch's shape: OIHW for kernels. */
  readonly shape: readonly number[]
  readonly offset: number
  readonly size: number
}

export type StatisticEntry = {
  readonly name: string
  readonly kind: 'mean' | 'variance'
  readonly offset: number
  readonly size: number
}

/** The Detect layer. */
export type HeadShape = {
  readonly nc: number
  /** Pixels per cell of each level, e.g. 8, 16, 32. */
  readonly strides: readonly number[]
  /** `[level][anchor] = [width, height]` in pixels of the network's input. */
  readonly anchors: readonly (readonly (readonly [number, number])[])[]
}

/**
 * A model as a checkpoint holds it: module tree for the network and the channel graph, tensors by name.
 * Built from a yaml or opened from a file; both save the same way.
 */
export type ModelDescription = {
  readonly release: BuiltinRelease
  /** Root of the modules, `models.yolo.Model` or `DetectionModel`. */
  readonly tree: ModuleNode
  readonly names: readonly string[]
}

/** Raw Detect output of one level: `[batch, height, width, anchors · (5 + nc)]`, logits. */
export type LevelOutput = {
  readonly data: Float32Array
  readonly batch: number
  readonly height: number
  readonly width: number
}

/** Images of one size with their boxes. Buffers may be shared between threads. */
export type Batch = {
  /** RGB, `[count, height, width, 3]`. */
  readonly images: Uint8Array
  readonly count: number
  readonly height: number
  readonly width: number
  /** Rows of 6: image in the batch, class, x, y, w, h (centre and size, as shares of width and height). */
  readonly targets: Float32Array
  /** Of each image: where it came from and how it was fitted in, to undo it in evaluation. */
  readonly sources: readonly BatchSource[]
}

export type BatchSource = {
  readonly path: string
  /** Index in the data set. */
  readonly index: number
  /** Height and width of the image file, upright. */
  readonly original: readonly [number, number]
  /** Height and width ratios, and left and top padding, as YOLOv5's `shapes`; null for a mosaic. */
  readonly fit: {
    readonly ratio: readonly [number, number]
    readonly pad: readonly [number, number]
  } | null
}

export type Losses = { readonly box: number; readonly obj: number; readonly cls: number }

export type StepResult = {
  /** d(loss)/d(parameter) in the layout of the parameter vector, of the loss times the batch's size as YOLOv5 has it. */
  readonly gradients: Float32Array
  /** Running statistics after this forward pass. */
  readonly statistics: Float32Array
  /** Means over the batch, with their gains, as YOLOv5 prints them. */
  readonly losses: Losses
}

/** One network ready to compute, in this thread or spread over workers. */
export type Learner = {
  readonly layout: ParameterLayout
  readonly head: HeadShape
  /** Names of what it computes on, e.g. `wasm × 2`. */
  readonly device: string
  /** Takes new weights; copies them. */
  load(parameters: Float32Array, statistics: Float32Array): Promise<void>
  /** Forward, loss and backward. `classWeights`, where given, weighs classes in the loss. */
  step(batch: Batch): Promise<StepResult>
  /** Raw outputs in eval mode (running statistics), one of each level. */
  infer(batch: Batch): Promise<readonly LevelOutput[]>
  /** GPU memory in use, in bytes; 0 on a CPU. */
  memory(): number
  dispose(): Promise<void>
}

/** Gains and switches of the loss, already scaled by levels, classes and image size as train.py does. */
export type LossOptions = {
  readonly box: number
  readonly obj: number
  readonly cls: number
  readonly objPositiveWeight: number
  readonly clsPositiveWeight: number
  readonly focalGamma: number
  readonly labelSmoothing: number
  readonly anchorThreshold: number
}
