import type { BeforeAfter } from '../core/slimming/pruneCheckpoint'

/**
 * The event log of a run: `slim/events.jsonl`, one JSON object a line, appended only.
 * Writers are the engines; extension, CLI and charts only read. Readers ignore unknown types and fields and
 * skip a torn last line.
 */
export type RunEvent =
  | StartedEvent
  | ProgressEvent
  | EpochEvent
  | GammaEvent
  | CheckpointEvent
  | PrunedEvent
  | WarningEvent
  | FinishedEvent
  | StoppedEvent
  | FailedEvent

type Base<T extends string> = {
  readonly v: 1
  /** Milliseconds since the epoch. */
  readonly t: number
  readonly type: T
}

export type StartedEvent = Base<'started'> & {
  readonly engine: string
  readonly devices: readonly string[]
  /** e.g. `{ python: '3.11.2', torch: '1.13.0', cuda: null }` */
  readonly versions: Readonly<Record<string, string | null>>
  readonly epochs: number
  readonly batchSize: number
  /** Training image size in pixels. */
  readonly imageSize: number
  /** Prunable BN layers in network order. */
  readonly layers: readonly { readonly name: string; readonly channels: number }[]
  readonly sparsity?: {
    readonly reg: 'prox' | 'l1'
    readonly sr: number
    readonly schedule: 'constant' | 'linear'
    /** Share of the gammas at zero at which the penalty ends; null: it lasts. */
    readonly hold?: number | null
    readonly explanation?: string
  }
  /** Compatibility shims the runner applied, e.g. `numpy-int-alias`. */
  readonly shims?: readonly string[]
  /** True when this `started` continues an earlier one in the same log. */
  readonly resumed?: boolean
}

export type ProgressEvent = Base<'progress'> & {
  readonly epoch: number
  readonly batch: number
  /** 0 where no batches are known, and the event but says that the run is alive. */
  readonly batches: number
  /** Running means of this epoch: box, obj, cls. */
  readonly losses: Readonly<Record<string, number>>
  readonly lr: number
  /** GPU memory in bytes; 0 on a CPU. */
  readonly memory: number
}

export type EpochEvent = Base<'epoch'> & {
  /** Counted from 0, as YOLOv5 does. */
  readonly epoch: number
  readonly epochs: number
  readonly train: Readonly<Record<string, number>>
  readonly val: Readonly<Record<string, number>>
  readonly precision: number | null
  readonly recall: number | null
  readonly mAP50: number | null
  readonly mAP50_95: number | null
  /** Learning rate of the BN group at the end of the epoch; null where it is not known. */
  readonly lr: number | null
  /** Sparsity strength in force; 0 outside sparse training. */
  readonly sr: number
  readonly seconds: number
  /** The epoch was told before, without what is known only now. Default: it is over just now. */
  readonly amends?: true
}

export type GammaEvent = Base<'gamma'> & {
  readonly epoch: number
  readonly layers: readonly {
    readonly name: string
    /** abs(gamma) in 64 equal bins over [0, 2); the last also takes what lies beyond. */
    readonly histogram: readonly number[]
    /** Number of channels with abs(gamma) below 0.01. */
    readonly nearZero: number
    /** min, q25, median, q75, max of abs(gamma). */
    readonly quantiles: readonly [number, number, number, number, number]
  }[]
}

export type CheckpointEvent = Base<'checkpoint'> & {
  readonly path: string
  readonly kind: 'last' | 'best' | 'pruned'
  readonly bytes: number
}

export type PrunedEvent = Base<'pruned'> & {
  readonly output: string
  readonly threshold: number
  readonly percentAsked: number | null
  readonly percentReached: number
  readonly layers: readonly {
    readonly name: string
    readonly before: number
    readonly after: number
    readonly group?: string
  }[]
  readonly parameters: BeforeAfter
  readonly gflops: BeforeAfter
  readonly bytes: BeforeAfter
}

export type WarningEvent = Base<'warning'> & {
  readonly code: string
  readonly text: string
  readonly remedy?: string
}

export type FinishedEvent = Base<'finished'> & {
  readonly summary: {
    readonly mAP50?: number | null
    readonly mAP50_95?: number | null
    readonly seconds: number
    readonly [key: string]: unknown
  }
}

export type StoppedEvent = Base<'stopped'> & { readonly epoch?: number; readonly seconds?: number }

export type FailedEvent = Base<'failed'> & {
  readonly code: string
  readonly text: string
  readonly remedy: string
  /** Last lines of stderr. */
  readonly stderr?: string
}
