import type { Detection } from '../../core/yolov5/release'
import type { Stage } from '../../runs/manifest'
import type { Preflight } from './python'

/** What `preparePyTorchStage` is asked to do. */
export type StageRequest = {
  readonly stage: Exclude<Stage, 'prune' | 'detect'>
  /** The checkout to train with, as `detectCheckout` found it. */
  readonly detection: Detection
  /** What the person typed after the stage's name. Our own flags and the script's, in any order. */
  readonly args: readonly string[]
  /** Folder that relative paths in `args` start from; absolute. */
  readonly cwd: string
  /** What a person would type to do the same again, after the program name. Default: stage and args. */
  readonly commandLine?: readonly string[]
  /**
   * argv of the planner: `[process.execPath, <dist/cli.cjs>, 'internal-plan']`. `ELECTRON_RUN_AS_NODE=1` is put
   * in the child's environment, so that an Electron execPath behaves as Node; plain Node ignores it.
   */
  readonly planner: readonly string[]
  /** Absolute path of the runner's `main.py`. */
  readonly runner: string
  readonly slimVersion: string
  /** Interpreter, checked already (see `findPython`, `preflight`); when left out, `--python` decides. */
  readonly preflight?: Preflight
  /** Interpreters to fall back on when `--python` is not among `args`. */
  readonly pythonSettings?: {
    readonly configured?: string
    /** The active interpreter of VS Code's Python extension. */
    readonly active?: string
  }
  /** Extra folders that hold runs, to resolve `--resume` and to find parents. */
  readonly projects?: readonly string[]
}
