import type { GraphJson } from './graphJson'
import type { SizeFacts } from './prunedSize'

/**
 * A checkpoint as it is shown and as its pruning is previewed: what `yolov5-slim internal-checkpoint` prints. It
 * comes from a file that anyone may have made, so texts are short and lists bounded.
 */
export type CheckpointView = {
  readonly release: string
  /** Releases that fit all evidence, oldest first. */
  readonly candidates: readonly string[]
  readonly evidence: readonly string[]
  readonly modelClass: string | null
  readonly classCount: number
  /** The first of the class names. */
  readonly names: readonly string[]
  readonly parameters: number
  readonly bytes: number
  readonly precision: string
  readonly finished: boolean
  readonly unsafeGlobals: readonly string[]
  readonly training: TrainingFacts
  /** Why it can not be pruned; null where it can. */
  readonly obstacle: {
    readonly code: string
    readonly text: string
    readonly remedy: string
  } | null
  /** Null where it can not be pruned. */
  readonly network: NetworkView | null
  /** Its BatchNorms where there is no network. */
  readonly layers: readonly { readonly name: string; readonly gamma: string }[]
}

export type NetworkView = {
  readonly graph: GraphJson
  /** Null where only pruning tells how large the file becomes. */
  readonly size: SizeFacts | null
}

export type TrainingFacts = {
  /** Number of the epoch after which it was saved, from 0; null where it is stripped. */
  readonly epoch: number | null
  /** YOLOv5's 0.1 mAP50 + 0.9 mAP50_95; null where it is not told. */
  readonly bestFitness: number | null
  /** When it was saved, as written there. */
  readonly date: string | null
  /** What the training was started with, of the options that people ask for. */
  readonly options: Readonly<Record<string, string>>
}
