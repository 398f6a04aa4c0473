import type { Batch, BuiltinRelease } from '../contract'
import type { Hyp } from '../training/hyp'
import type { Size } from './sample'
import type { ImageSet } from './scan'

/** What a data worker is started with. */
export type DataStart = {
  readonly set: ImageSet
  readonly release: BuiltinRelease
  readonly imageSize: number
  readonly hyp: Hyp
  readonly seed: number
  /** Whether its images are for training: they are enlarged and shrunk otherwise then. */
  readonly augments: boolean
}

/** Which images make a batch. */
export type BatchPlan = {
  readonly indices: readonly number[]
  /** Of all its images; absent for squares of the training size. */
  readonly rectangle?: Size
  /** The batch is scaled to it afterwards (multi-scale training). */
  readonly scaled?: Size
}

export type DataRequest =
  | {
      readonly type: 'batch'
      readonly id: number
      readonly epoch: number
      readonly plan: BatchPlan
      /** Images that a mosaic may draw, where image weights choose them; absent: all. */
      readonly pool?: readonly number[]
    }
  | { readonly type: 'cached'; readonly image: CachedImage }
  /** The cache is full: nothing more needs to be offered. */
  | { readonly type: 'full' }

/** A decoded image in memory that all workers share. */
export type CachedImage = {
  readonly index: number
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

export type DataReply =
  | { readonly type: 'batch'; readonly id: number; readonly batch: Batch }
  | { readonly type: 'decoded'; readonly image: CachedImage }
  | {
      readonly type: 'failed'
      readonly id: number
      readonly file: string
      readonly message: string
    }
