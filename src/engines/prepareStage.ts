import * as l10n from '@vscode/l10n'
import { SlimError } from '../core/errors'
import type { Detection } from '../core/yolov5/release'
import type { LaunchSpec } from '../runs/supervisor'
import { prepareBuiltinStage } from './builtin/stage/prepare'
import type { engines } from './common/ownFlags'
import { preparePyTorchStage, type StageRequest } from './pytorch/prepare'

export type Engine = (typeof engines)[number]

/** A stage for whichever engine. */
export type AnyStageRequest = Pick<
  StageRequest,
  | 'stage'
  | 'args'
  | 'cwd'
  | 'commandLine'
  | 'slimVersion'
  | 'projects'
  | 'pythonSettings'
  | 'planner'
  | 'runner'
> & {
  /** Undefined where there is none; the built-in engine does without. */
  readonly detection: Detection | undefined
  /** Absolute path of the built-in engine's `main.cjs`. */
  readonly builtin: string
  readonly engine: Engine
  /** An interpreter was named, whose faults the person wants to hear of. */
  readonly namesPython: boolean
}

/**
 * Makes a stage ready to start with the engine asked for. `auto` is PyTorch where a checkout and a Python for it are
 * ready, and else the built-in engine, which a note tells.
 *
 * @throws SlimError what the engine's preparation throws
 */
export async function prepareStage(request: AnyStageRequest): Promise<LaunchSpec> {
  const { detection, engine, builtin, namesPython, ...rest } = request
  const { pythonSettings, planner, runner, ...common } = rest
  const withBuiltin = (): Promise<LaunchSpec> =>
    prepareBuiltinStage({ ...common, ...(detection ? { detection } : {}), engine: builtin })
  if (engine === 'builtin' || !detection) return withBuiltin()
  const python = pythonSettings ? { pythonSettings } : {}
  try {
    return await preparePyTorchStage({ ...common, ...python, planner, runner, detection })
  } catch (error) {
    if (engine === 'pytorch' || namesPython || !isPythonMissing(error)) throw error
    const note = l10n.t('The built-in engine trains, since PyTorch can not: {0}', error.message)
    const launch = await withBuiltin()
    return { ...launch, notes: [note, ...(launch.notes ?? [])] }
  }
}

function isPythonMissing(error: unknown): error is SlimError {
  return error instanceof SlimError && error.code.startsWith('python/')
}
