import * as l10n from '@vscode/l10n'
import { lineageTrees } from '../../runs/lineage'
import { type RunSnapshot, readRuns } from '../../runs/snapshot'
import { listRuns } from '../../runs/store'
import { optionalCheckout } from '../checkout'
import { warningLines } from '../errors'
import { runTreeLines } from '../format/runTree'
import { withParameters } from '../modelSize'
import { exitCodes, print, printAside, printJson } from '../terminal'

export type RunsOptions = {
  readonly json?: true
  readonly checkout?: string
  readonly project?: string
}

/** `yolov5-slim runs`: every run below the checkout (or this folder), as lineage. */
export async function runs(options: RunsOptions): Promise<number> {
  const root = (await optionalCheckout(process.cwd(), options.checkout))?.root ?? process.cwd()
  const where = options.project ? { projects: [options.project] } : {}
  const found = withParameters(await readRuns(root, where))
  if (options.json) {
    printJson(found.map(runJson))
    return exitCodes.ok
  }
  const { unreadable } = await listRuns(root, where)
  for (const { error } of unreadable) {
    printAside(...warningLines({ code: error.code, text: error.message, remedy: error.remedy }))
  }
  if (found.length === 0) print(l10n.t('no runs of YOLOv5 Slim below {0}', root))
  else print(...runTreeLines(lineageTrees(found)))
  return exitCodes.ok
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
