import type { BackendStart } from '../backend/start'
import type { Batch, HeadShape, LevelOutput, Losses, LossOptions } from '../contract'
import type { LayerGraph } from '../model/graph'

/** What a worker is started with: everything it needs to compute by itself. Vectors are shared memory. */
export type LearnerStart = {
  readonly graph: LayerGraph
  readonly head: HeadShape
  readonly loss: LossOptions
  readonly backend: BackendStart
  /** Weights in force, written between steps by the pool. */
  readonly parameters: Float32Array
  readonly statistics: Float32Array
  /** Where this worker leaves the gradients and running statistics of its part of a batch. */
  readonly gradients: Float32Array
  readonly ownStatistics: Float32Array
}

export type LearnerRequest =
  /** `load`: the shared weights changed since the last request. */
  | { readonly type: 'step'; readonly batch: Batch; readonly load: boolean }
  | { readonly type: 'infer'; readonly batch: Batch; readonly load: boolean }
  /** Lets go of the device; the thread ends then by itself. */
  | { readonly type: 'end' }

export type LearnerReply =
  | { readonly type: 'ready'; readonly device: string }
  | { readonly type: 'stepped'; readonly losses: Losses; readonly memory: number }
  | { readonly type: 'inferred'; readonly outputs: readonly LevelOutput[]; readonly memory: number }
  | { readonly type: 'failed'; readonly message: string; readonly stack: string | undefined }
