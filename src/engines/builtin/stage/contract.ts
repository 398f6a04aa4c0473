import type { Sparsity } from '../../../core/slimming/sparsity'
import type { BuiltinRelease } from '../contract'
import type { OptValues } from './options'

/** `slim/runner.json`: everything the engine's process is told. Paths are absolute. */
export type BuiltinConfig = {
  readonly v: 1
  readonly stage: 'train' | 'sparse' | 'finetune' | 'val' | 'detect'
  /** As which release it trains; undefined: as the one that made the weights. */
  readonly release?: BuiltinRelease
  /** Whose checkpoints it writes; undefined: that of `release`. */
  readonly form?: BuiltinRelease
  readonly runDir: string
  readonly eventsFile: string
  readonly weights?: string
  readonly cfg?: string
  readonly hyp?: string
  /** Of every stage but `detect`. */
  readonly data?: BuiltinData
  /** Of `detect`: image files. */
  readonly source?: readonly string[]
  readonly opt: OptValues
  readonly sparsity: Sparsity | null
  /** `weights` is of this run's own unfinished training, which goes on. */
  readonly resume: boolean
  /** `--device`: cuda, webgpu, cpu, wasm, or empty for the best there is. */
  readonly device: string
  /** Compute threads where the backend has none of its own; 0: one for each core. */
  readonly threads: number
}

export type BuiltinData = {
  readonly file: string
  readonly nc: number
  readonly names: readonly string[]
  readonly train: readonly string[]
  readonly val: readonly string[]
  readonly test: readonly string[]
  /** Where relative lines of list files start from; undefined: where the process runs. */
  readonly cwd?: string
}
