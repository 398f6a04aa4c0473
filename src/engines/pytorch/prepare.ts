import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { LaunchSpec } from '../../runs/supervisor'
import { type ParsedFlags, parseFlags } from '../common/flags'
import { isFile } from '../common/inputs'
import { sparsityOf } from '../common/sparsityFlags'
import type { Asked } from './launchSpec'
import { prepareNew } from './newRun'
import { findPython, type Preflight, preflight, requireReady } from './python'
import type { StageRequest } from './request'
import { prepareResumed } from './resumedRun'

export type { StageRequest } from './request'

/**
 * Makes a stage ready to start: checks every flag, file and package first, then allocates the run folder and
 * writes `slim/runner.json` there. Nothing is left behind when a check fails. Give the result to `startRun`.
 *
 * @throws SlimError `flags/…`, `file/…`, `data/…`, `checkpoint/…`, `python/…`, `resume/…`, `runs/…`, `release/…`
 */
export async function preparePyTorchStage(request: StageRequest): Promise<LaunchSpec> {
  const { detection, stage } = request
  const { root, capabilities } = detection
  const script = stage === 'val' ? `${capabilities.evaluation}.py` : 'train.py'
  const flags = stage === 'val' ? capabilities.evaluationFlags : capabilities.trainFlags
  if (!flags.some(({ dest }) => dest === 'project')) {
    throw new SlimError(
      'release/too-old',
      l10n.t('{0} of YOLOv5 {1} does not let us choose its run folder.', script, detection.release),
      l10n.t('Use YOLOv5 v5.0 or newer for training; checkpoints of this release can be pruned.'),
    )
  }
  const parsed = parseFlags(request.args, {
    flags,
    autobatch: await isFile(join(root, 'utils', 'autobatch.py')),
  })
  const sparsity = sparsityOf(stage, parsed)
  const asked: Asked = { request, flags, script, parsed, sparsity }
  const ready = () => readyPython(request, parsed)
  return parsed.script.has('resume') ? prepareResumed(asked, ready) : prepareNew(asked, ready)
}

async function readyPython(request: StageRequest, { own }: ParsedFlags): Promise<Preflight> {
  const { preflight: given, detection, cwd, pythonSettings } = request
  const { configured, active } = pythonSettings ?? {}
  const ready =
    given ??
    (await preflight(
      await findPython({
        cwd,
        ...(own.python === undefined ? {} : { flag: own.python }),
        ...(configured === undefined ? {} : { setting: configured }),
        ...(active === undefined ? {} : { active }),
      }),
      { checkout: detection.root },
    ))
  requireReady(ready)
  return ready
}
