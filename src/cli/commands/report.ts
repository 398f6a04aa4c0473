import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { writeFileAtomically } from '../../core/disk/writeFileAtomically'
import { reportStage } from '../../runs/report'
import type { ReportData } from '../../runs/reportData'
import { readRun } from '../../runs/snapshot'
import { findRun } from '../../runs/store'
import { optionalCheckout } from '../checkout'
import { projectFolders, requirePlace } from '../files'
import { reportPage } from '../format/reportPage'
import { modelFacts } from '../modelSize'
import { exitCodes, print } from '../terminal'

export type ReportOptions = {
  readonly output: string
  readonly project?: string
  readonly checkout?: string
}

/** `report RUN...`: one page about some runs, in the order given. */
export async function report(
  references: readonly string[],
  options: ReportOptions,
): Promise<number> {
  const cwd = process.cwd()
  const checkout = await optionalCheckout(cwd, options.checkout)
  const projects = await projectFolders(options.project)
  const stages: ReportData['stages'][number][] = []
  for (const reference of references) {
    const { runDir } = await findRun(checkout?.root ?? cwd, reference, { projects })
    const run = await readRun(runDir)
    const model = modelFacts(resolve(runDir, run.summary.output ?? 'weights/best.pt'))
    stages.push({ ...(await reportStage(run)), ...(model ? { model } : {}) })
  }
  const output = resolve(cwd, options.output)
  await requirePlace('--output', output)
  const names = stages.map(({ name }) => name).join(', ')
  await writeReport({ title: l10n.t('YOLOv5 Slim: {0}', names), stages }, output)
  print(l10n.t('{0} written', output))
  return exitCodes.ok
}

/** Writes the page; its drawing code lies beside the program. */
export async function writeReport(data: ReportData, file: string): Promise<void> {
  const script = await readFile(join(dirname(__filename), 'report.js'), 'utf8')
  await writeFileAtomically(file, reportPage(data, script))
}
