export type Stage = 'train' | 'sparse' | 'prune' | 'finetune' | 'val' | 'detect'

/** Stages that VS Code has a form for. */
export type AskedStage = Exclude<Stage, 'detect'>

export type RunState =
  | 'queued'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'finished'
  | 'stopped'
  | 'failed'
  | 'interrupted'

/** Which run: a copy of its folder holds the same id. */
export type RunIdentity = { readonly id: string; readonly runDir: string }

/** `slim/run.json`: who started what, from what. Written atomically; states are derived from it and the log. */
export type RunManifest = {
  readonly v: 1
  readonly id: string
  readonly stage: Stage
  /** Id of the run whose checkpoint this one starts from. */
  readonly parent?: string
  readonly engine: 'pytorch' | 'builtin' | 'scripts' | 'slim'
  /** What a person would type to do the same again, after the program name. */
  readonly commandLine: readonly string[]
  readonly cwd: string
  readonly checkout?: { readonly root: string; readonly release: string }
  readonly sparsity?: {
    readonly reg: 'prox' | 'l1'
    readonly sr: number | 'auto'
    readonly schedule: string
  }
  readonly percent?: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** The process group's leader; a recycled pid has another start time. */
  readonly process?: RunProcess
  /** Who is starting it; gone from the manifest once there is a process. */
  readonly starter?: RunProcess
  readonly stopRequestedAt?: number
  /** What it computes on, as the queue names them: `cpu`, `gpu:0`. */
  readonly devices?: readonly string[]
  /** It waits for its devices; gone from the manifest once there is a process. */
  readonly queued?: {
    /** Milliseconds since the epoch. */
    readonly since: number
    /** As that of a process. */
    readonly boundaries?: number
    /** Machine whose devices it waits for. */
    readonly host: string
    /** Folder of the queue that knows it: each person has one, and may name another. Default: unknown. */
    readonly queue?: string
  }
  readonly provenance: Provenance
}

export type RunProcess = {
  readonly pid: number
  /** Opaque; equal only for the same process on the same boot of the same machine. */
  readonly startTime: string
  /** Machine it runs on; elsewhere a pid means nothing. */
  readonly host?: string
  /** Linux: the namespace that its pid is of; a container with its machine's name has another. Default: unknown. */
  readonly pidNamespace?: string
  /** Milliseconds since the epoch; for people, since clocks are set. */
  readonly startedAt?: number
  /** How many starts and ends the log held when it was started: those are of earlier attempts. Default: none. */
  readonly boundaries?: number
  /** Real path of the run's folder as it was started: a copy of the folder names the process, too. Default: unknown. */
  readonly folder?: string
  /** It leads a process group that was made for this run alone, so stopping the run stops the group. */
  readonly group?: boolean
}

/** Enough to trace a model back to what made it. */
export type Provenance = {
  readonly slimVersion: string
  readonly commit?: string
  readonly dirty?: boolean
  readonly python?: string
  readonly torch?: string
  readonly cuda?: string | null
  readonly seed?: number
  /** SHA-256 of each input, keyed `weights`, `cfg`, `data`. */
  readonly sha256: Readonly<Record<string, { readonly path: string; readonly sha256: string }>>
}
