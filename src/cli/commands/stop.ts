import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { stopRun } from '../../runs/stop'
import { findRun, runAt, type StoredRun } from '../../runs/store'
import { optionalCheckout } from '../checkout'
import { reportError } from '../errors'
import { projectFolders } from '../files'
import { exitCodes, print, printAside, printJson } from '../terminal'

export type StopCommandOptions = {
  readonly json?: true
  readonly checkout?: string
  readonly project?: string
}

/** `yolov5-slim stop`: ends a run of whichever process, and says so only once nothing of it is left. */
export async function stop(reference: string, options: StopCommandOptions): Promise<number> {
  const run = await namedRun(reference, options)
  const { id } = run.manifest
  try {
    const result = await stopRun(run.runDir, {
      onStep: (step) => {
        if (step === 'ask') return
        const signal = step === 'kill' ? 'SIGKILL' : 'SIGTERM'
        printAside(l10n.t('it does not react; next: {0}', signal))
      },
    })
    if (options.json) printJson({ id, runDir: run.runDir, ...result })
    else if (result.by === 'already') print(l10n.t('{0} was over already', run.runDir))
    else if (result.by === 'queue') print(l10n.t('{0} is out of the queue', run.runDir))
    else
      print(l10n.t('{0} stopped; none of its {1} processes is left', run.runDir, result.processes))
    return exitCodes.ok
  } catch (error) {
    reportError(error)
    return exitCodes.failed
  }
}

async function namedRun(
  reference: string,
  { checkout, project }: StopCommandOptions,
): Promise<StoredRun> {
  const projects = await projectFolders(project)
  // Its folder is enough, wherever one stands.
  const run = await runAt(resolve(reference))
  if (run) return run
  const cwd = process.cwd()
  const root = (await optionalCheckout(cwd, checkout))?.root ?? cwd
  return findRun(root, reference, { projects })
}
