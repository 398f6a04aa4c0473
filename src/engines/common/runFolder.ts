import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { Detection, ScriptFlag } from '../../core/yolov5/release'
import type { Stage } from '../../runs/manifest'
import { readRun } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { createRunFolder, reuseRunFolder } from '../../runs/store'
import { flagDefault, flagValue, type ParsedFlags } from './flags'

export type RunFolderRequest = {
  readonly request: {
    readonly detection: Detection
    readonly stage: Stage
    readonly cwd: string
  }
  readonly flags: readonly ScriptFlag[]
  readonly parsed: Pick<ParsedFlags, 'script'>
  /** The model yaml, which `--name cfg` stands for. */
  readonly cfg: string | undefined
}

/**
 * The folder of a new run, as `--project`, `--name` and `--exist-ok` say.
 *
 * @throws SlimError `runs/in-use`
 */
export async function allocateRun({
  request,
  flags,
  parsed,
  cfg,
}: RunFolderRequest): Promise<string> {
  const { detection, stage, cwd } = request
  const given = flagValue(parsed.script, 'project')
  const fallback = flagDefault(flags, 'project') ?? (stage === 'val' ? 'runs/val' : 'runs/train')
  // A package's folder is no place for runs.
  const home = detection.capabilities.layout === 'packaged' ? cwd : detection.root
  const project = given === undefined ? resolve(home, fallback) : resolve(cwd, given)
  const asked = flagValue(parsed.script, 'name') ?? flagDefault(flags, 'name') ?? 'exp'
  const name = asked === 'cfg' && cfg ? (/([^\\/]+?)(\.[^.]*)?$/.exec(cfg)?.[1] ?? asked) : asked
  if (!parsed.script.has('exist_ok')) return createRunFolder(project, name)
  const before = await readRun(resolve(project, name)).catch(() => undefined)
  if (before && !isEnded(before.state)) {
    throw new SlimError(
      'runs/in-use',
      l10n.t('{0} is still running.', before.runDir),
      l10n.t('Choose another --name, or stop it first with "yolov5-slim stop".'),
    )
  }
  return reuseRunFolder(project, name)
}
