import * as l10n from '@vscode/l10n'
import { lineageTrees } from '../../runs/lineage'
import { type RunSnapshot, readRuns } from '../../runs/snapshot'
import { type ListOptions, listRuns } from '../../runs/store'
import { optionalCheckout } from '../checkout'
import { warningLines } from '../errors'
import { projectFolders } from '../files'
import { runTreeLines } from '../format/runTree'
import { withParameters } from '../modelSize'
import { takeUpQueued } from '../queue'
import { exitCodes, print, printAside, printJson } from '../terminal'

export type RunsOptions = {
  readonly json?: true
  readonly checkout?: string
  readonly project?: string
}

/**
 * `yolov5-slim runs`: every run below the checkout (or this folder), as lineage. Then sees to queued runs that wait in
 * vain: without VS Code nobody else would.
 */
export async function runs(options: RunsOptions): Promise<number> {
  const root = (await optionalCheckout(process.cwd(), options.checkout))?.root ?? process.cwd()
  const where = { projects: await projectFolders(options.project) }
  const found = withParameters(await readRuns(root, where))
  if (options.json) printJson(found.map(runJson))
  else await printTree(root, where, found)
  await takeUpQueued()
  return exitCodes.ok
}

async function printTree(
  root: string,
  where: ListOptions,
  found: readonly RunSnapshot[],
): Promise<void> {
  const { unreadable } = await listRuns(root, where)
  for (const { error } of unreadable) {
    printAside(...warningLines({ code: error.code, text: error.message, remedy: error.remedy }))
  }
  if (found.length === 0) print(l10n.t('no runs of YOLOv5 Slim below {0}', root))
  else print(...runTreeLines(lineageTrees(found)))
}

function runJson({ runDir, name, manifest, state, summary }: RunSnapshot): object {
  const { id, stage, parent, createdAt, commandLine, checkout, sparsity, percent } = manifest
  return {
    id,
    name,
    runDir,
    stage,
    state,
    parent: parent ?? null,
    createdAt,
    commandLine,
    ...(checkout ? { checkout } : {}),
    ...(sparsity ? { sparsity } : {}),
    ...(percent === undefined ? {} : { percent }),
    ...summary,
  }
}
