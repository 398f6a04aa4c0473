import type { Stage } from './manifest'

/** What a report shows of one stage. Plain JSON: it is embedded in the page. */
export type ReportStage = {
  readonly name: string
  readonly stage: Stage | 'baseline'
  readonly mAP50: number | null
  readonly mAP50_95: number | null
  readonly seconds: number | null
  readonly model?: ReportModel
  readonly epochs: readonly ReportEpoch[]
  readonly gammas: readonly ReportGamma[]
  /** Of a prune: channels of each layer before and after. */
  readonly layers?: readonly {
    readonly name: string
    readonly before: number
    readonly after: number
  }[]
}

export type ReportModel = {
  /** Prunable channels. */
  readonly channels: number
  readonly parameters: number
  readonly bytes: number
}

export type ReportEpoch = {
  readonly mAP50: number | null
  readonly mAP50_95: number | null
  /** Sum of the training losses. */
  readonly loss: number
}

/** Gammas of all prunable layers together after an epoch. */
export type ReportGamma = {
  /** abs(gamma) in 64 bins over 0..2. */
  readonly histogram: readonly number[]
  /** Share below 0.01. */
  readonly nearZero: number
}

export type ReportData = { readonly title: string; readonly stages: readonly ReportStage[] }

/** What the charts say, in the language of whoever asked for the report. */
export type ReportWords = {
  readonly baseline: string
  readonly epoch: string
  readonly channels: string
  readonly nearZero: string
  readonly afterFirst: string
  readonly afterLast: string
  readonly kept: string
  readonly removed: string
}

/** What is embedded in the page. */
export type ReportPageData = ReportData & { readonly words: ReportWords }
