import * as l10n from '@vscode/l10n'
import { prepareScript } from '../../engines/scripts/prepare'
import { requireCheckout } from '../checkout'
import { followRun } from '../followRun'
import { detachQueued, startInQueue, submitInQueue } from '../queue'
import { errColors, exitCodes, print, printAside, printJson } from '../terminal'
import { slimVersion } from '../version'

export type ScriptOptions = {
  readonly python?: string
  readonly checkout?: string
  readonly detach?: true
  readonly queue?: true
  readonly json?: true
  readonly trustWeights?: true
}

/** `script`: runs a slimming script of the workspace's own as it is, and follows what it leaves on disk. */
export async function script(
  name: string,
  args: readonly string[],
  options: ScriptOptions,
  typed: readonly string[],
): Promise<number> {
  const cwd = process.cwd()
  const launch = await prepareScript({
    detection: await requireCheckout(cwd, options.checkout),
    script: name,
    args,
    commandLine: typed,
    python: { cwd, ...(options.python === undefined ? {} : { flag: options.python }) },
    follower: [process.execPath, __filename, 'internal-script'],
    slimVersion,
    trusted: options.trustWeights === true,
  })
  const submission = await submitInQueue(launch, options.queue === true)
  const { runDir } = launch
  if (options.detach) {
    const pid = await detach()
    if (options.json) printJson({ id: launch.manifest.id, runDir, pid })
    else print(`${launch.manifest.id}  ${runDir}`)
    return exitCodes.ok
  }
  const started = await startInQueue(submission)
  if (!started) return exitCodes.interrupted
  if (!options.json) printAside(errColors.bold(l10n.t('{0} in {1}', name, runDir)))
  return followRun(started, options.json ? 'json' : 'text')

  async function detach(): Promise<number | null> {
    if (submission.ahead.length > 0) {
      await detachQueued(submission)
      return null
    }
    const run = await startInQueue(submission)
    run?.release()
    return run?.manifest.process?.pid ?? null
  }
}
