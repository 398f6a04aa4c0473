import * as l10n from '@vscode/l10n'
import { openCheckpoint } from '../../core/checkpoint/checkpoint'
import { manyWarningLines, warningLines } from '../errors'
import { requireFile } from '../files'
import { inspectLines } from '../format/inspectReport'
import { inspectReport } from '../inspection'
import { exitCodes, print, printAside, printJson } from '../terminal'

/** `yolov5-slim inspect FILE`: what a checkpoint holds, without executing anything in it. */
export async function inspect(file: string, options: { readonly json?: true }): Promise<number> {
  await requireFile('FILE', file)
  const checkpoint = openCheckpoint(file)
  try {
    const report = inspectReport(checkpoint)
    if (options.json) {
      printJson(report)
      return exitCodes.ok
    }
    print(...inspectLines(report))
    printAside(...manyWarningLines(report.warnings))
    if (report.unsafeGlobals.length > 0) {
      printAside(
        ...warningLines({
          code: 'checkpoint/unsafe-globals',
          text: l10n.t(
            'Loading this file with torch would import {0}.',
            report.unsafeGlobals.join(', '),
          ),
          remedy: l10n.t('Do not load it unless you trust whoever made it: it could run any code.'),
        }),
      )
    }
    if (report.obstacle) printAside(...warningLines(report.obstacle))
    return exitCodes.ok
  } finally {
    checkpoint.close()
  }
}
