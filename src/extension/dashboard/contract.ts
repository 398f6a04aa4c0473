import * as v from 'valibot'
import { previewData, previewOptions, previewToHost, previewToPage } from '../preview/contract'
import { defineContract } from '../webview/contract'

/** The dashboard's messages. Numbers travel as typed arrays: cheap to hand over, and NaN stays NaN. */

const numbers = v.custom<Float64Array>((value) => value instanceof Float64Array)
const counts = v.custom<Uint16Array>((value) => value instanceof Uint16Array)
const singles = v.custom<Float32Array>((value) => value instanceof Float32Array)

const epochColumns = v.object({
  epochs: numbers,
  columns: v.pipe(v.record(v.string(), numbers), v.readonly()),
})

const gammaBlock = v.object({
  epochs: numbers,
  layers: v.pipe(v.array(v.string()), v.readonly()),
  histogram: counts,
  nearZero: counts,
  quantiles: singles,
})

const beforeAfter = v.object({ before: v.number(), after: v.number() })

/** What a prune did, as its log says. */
const prunedView = v.object({
  threshold: v.number(),
  percentAsked: v.nullable(v.number()),
  percentReached: v.number(),
  layers: v.pipe(v.array(v.object({ name: v.string(), ...beforeAfter.entries })), v.readonly()),
  parameters: beforeAfter,
  gflops: beforeAfter,
  bytes: beforeAfter,
})
export type PrunedView = v.InferOutput<typeof prunedView>

const fact = v.object({ label: v.string(), value: v.string() })

/** A run as the page lists it; texts are translated and formatted. */
export const runView = v.object({
  runDir: v.string(),
  id: v.string(),
  name: v.string(),
  stage: v.string(),
  stageText: v.string(),
  state: v.string(),
  stateText: v.string(),
  /** Id of the run that it started from. */
  parent: v.optional(v.string()),
  /** Shown since a chosen run started from it. */
  ancestor: v.boolean(),
  /** e.g. `12/100`. */
  epochText: v.string(),
  /** Another machine that it goes on on. */
  elsewhere: v.optional(v.string()),
  mAP50: v.string(),
  mAP50_95: v.string(),
  size: v.string(),
  facts: v.array(fact),
  commandLine: v.string(),
  /** It has written a checkpoint. */
  checkpoint: v.boolean(),
  failure: v.optional(
    v.object({
      code: v.string(),
      text: v.string(),
      remedy: v.string(),
      stderr: v.optional(v.string()),
    }),
  ),
  warnings: v.array(v.object({ code: v.string(), text: v.string() })),
  /** What starts it again: whatever of these makes sense. */
  actions: v.array(v.picklist(['resume', 'retry'])),
  /** What there is to expect where charts are empty. */
  expectation: v.string(),
  gammaExpectation: v.string(),
  /** Share of channels that the run or its sparsity aims at, 0 to 1. */
  percent: v.optional(v.number()),
  /** Epochs that it is to have. */
  epochs: v.optional(v.number()),
})
export type RunView = v.InferOutput<typeof runView>

export const adviceView = v.object({
  verdict: v.picklist(['early', 'too-small', 'too-large', 'right', 'watch']),
  headline: v.string(),
  text: v.string(),
  facts: v.array(fact),
  /** sr that the form can start the training again with; null where there is none. */
  suggested: v.nullable(v.number()),
  /** Share near zero that is projected for the last epoch; null where nothing can be said. */
  projected: v.nullable(v.number()),
})
export type AdviceView = v.InferOutput<typeof adviceView>

export const hardwareSample = v.object({
  /** Milliseconds since the epoch. */
  t: v.number(),
  gpus: v.array(
    v.object({
      name: v.string(),
      /** Shares, 0 to 1; null where the driver does not tell. */
      load: v.nullable(v.number()),
      memory: v.nullable(v.number()),
      /** Degrees Celsius. */
      temperature: v.nullable(v.number()),
    }),
  ),
  /** Shares of this machine's processors and memory, 0 to 1. */
  cpu: v.number(),
  memory: v.number(),
})
export type HardwareSample = v.InferOutput<typeof hardwareSample>

const runDir = v.object({ runDir: v.string() })

export const dashboardContract = defineContract(
  [
    /** The exact gammas of an epoch that was thinned away. */
    v.object({ type: v.literal('gammaRow'), ...runDir.entries, epoch: v.number() }),
    v.object({ type: v.literal('restart'), ...runDir.entries, sr: v.number() }),
    /** The person does something in the panel that a click on another run is not to take away. */
    v.object({ type: v.literal('keep') }),
    v.object({ type: v.literal('addRuns') }),
    v.object({ type: v.literal('removeRun'), ...runDir.entries }),
    /** Of the runs that are not hidden. */
    v.object({ type: v.literal('report'), runDirs: v.array(v.string()) }),
    /** The checkpoint of a run, for the prune preview. */
    v.object({ type: v.literal('preview'), ...runDir.entries }),
    v.object({
      type: v.literal('command'),
      name: v.picklist(['openRunFolder', 'retry', 'resume', 'stop', 'prune', 'showLog']),
      ...runDir.entries,
    }),
    ...previewToHost,
  ],
  [
    /** Every run of the panel, oldest first. */
    v.object({ type: v.literal('runs'), runs: v.pipe(v.array(runView), v.readonly()) }),
    /** The folder of a run has another name, under which it comes from now on. */
    v.object({ type: v.literal('moved'), from: v.string(), to: v.string() }),
    /** Epochs to be put into a run's table; `reset`: it is emptied first. */
    v.object({
      type: v.literal('epochs'),
      ...runDir.entries,
      reset: v.boolean(),
      rows: epochColumns,
    }),
    /** Gammas for the epochs that a screen shows. */
    v.object({
      type: v.literal('gammas'),
      ...runDir.entries,
      reset: v.boolean(),
      block: gammaBlock,
      /** All epochs of the log that have gammas. */
      available: numbers,
    }),
    /** Answer to `gammaRow`. */
    v.object({ type: v.literal('gammaRow'), ...runDir.entries, block: gammaBlock }),
    v.object({ type: v.literal('pruned'), ...runDir.entries, pruned: prunedView }),
    v.object({ type: v.literal('advice'), ...runDir.entries, advice: v.nullable(adviceView) }),
    v.object({
      type: v.literal('hardware'),
      samples: v.pipe(v.array(hardwareSample), v.readonly()),
      /** Why no GPU is shown; empty where one is. */
      note: v.string(),
    }),
    /** Answer to `preview`; without data the reason why. */
    v.object({
      type: v.literal('preview'),
      ...runDir.entries,
      data: v.nullable(previewData),
      reason: v.string(),
    }),
    ...previewToPage,
  ],
)
export type DashboardContract = typeof dashboardContract

/** What the page keeps over a reload; the host reads the runs from it. */
export const dashboardState = v.object({
  runDirs: v.array(v.string()),
  tab: v.optional(v.string(), 'metrics'),
  hidden: v.optional(v.array(v.string()), []),
  pinned: v.optional(v.array(v.string()), []),
  metrics: v.optional(
    v.object({
      layout: v.picklist(['overlay', 'chain']),
      smoothing: v.number(),
      log: v.array(v.string()),
    }),
  ),
  /** Options of the prune preview by folder of the run, and the output that was offered when they were kept. */
  previews: v.optional(
    v.record(v.string(), v.object({ options: previewOptions, offered: v.string() })),
    {},
  ),
  /** The run whose checkpoint is shown, where one was chosen. */
  prune: v.optional(v.object({ runDir: v.string() })),
  gamma: v.optional(
    v.object({
      runDir: v.optional(v.string()),
      layer: v.string(),
      /** Otherwise what the run aims at. */
      percent: v.optional(v.number()),
      /** Otherwise the latest. */
      epoch: v.optional(v.number()),
      /** Charts with a logarithmic scale. */
      log: v.optional(v.array(v.string())),
    }),
  ),
})
export type DashboardState = v.InferOutput<typeof dashboardState>
