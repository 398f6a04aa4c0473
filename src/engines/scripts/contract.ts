import type { Stage } from '../../runs/manifest'

/** `slim/runner.json` of a run of the workspace's own script. */
export type ScriptConfig = {
  readonly v: 1
  readonly stage: Exclude<Stage, 'detect'>
  /** Interpreter and its arguments, then the script and what the person typed behind it. */
  readonly command: string
  readonly args: readonly string[]
  /** The checkout: such scripts take their paths from there. */
  readonly cwd: string
  readonly runDir: string
  /** The script writes into `runDir`; else it chooses a folder below `cwd`, which is looked for. */
  readonly writesThere: boolean
  /** Folder of the training that the script goes on with, where it writes instead. */
  readonly resumes?: string
  /** Column of results.csv with the learning rate of the BN group, which moved between releases. */
  readonly gammaRate: 'x/lr0' | 'x/lr1'
  readonly epochs: number
  readonly batchSize: number
  readonly imageSize: number
  /** `--sr`, where the script is told to train sparsely; else 0. */
  readonly sr: number
  readonly python: string
}
