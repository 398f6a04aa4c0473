import type { Detection } from '../../core/yolov5/release'
import type { GpuSample } from '../../engines/common/gpus'
import type { Preflight } from '../../engines/pytorch/python'

/** What of a thing is known: it is being looked at, may not be looked at, cannot be, or is there. */
export type Known<T> =
  | { readonly kind: 'looking' }
  | { readonly kind: 'untrusted' }
  | { readonly kind: 'fault'; readonly text: string; readonly remedy: string }
  | { readonly kind: 'known'; readonly value: T }

export type DataSetFact = {
  readonly file: string
  /** Relative to the folder that is looked in. */
  readonly name: string
  readonly classes?: number
  /** Of train and val together; undefined where they are not there. */
  readonly images?: number
  /** Training would stop at it. */
  readonly problem?: { readonly text: string; readonly remedy: string }
}

export type CheckpointFact = {
  readonly file: string
  readonly name: string
  readonly bytes: number
  readonly release?: string
  readonly classes?: number
  /** Globals that loading would import and no YOLOv5 needs. */
  readonly unsafe?: number
  readonly problem?: string
}

/** Everything that the workspace view tells. */
export type WorkspaceFacts = {
  readonly checkouts: readonly Detection[]
  readonly selected: Detection | undefined
  readonly hasFolder: boolean
  readonly engine: string
  /** The setting names an interpreter, for which no engine stands in. */
  readonly namesPython: boolean
  readonly python: Known<Preflight>
  readonly gpus: readonly GpuSample[]
  /** Names of the runs under way by device, as the queue names devices. */
  readonly busy: ReadonlyMap<string, string>
  readonly dataSets: Known<readonly DataSetFact[]>
  readonly checkpoints: Known<readonly CheckpointFact[]>
}
