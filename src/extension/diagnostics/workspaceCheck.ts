import { relative } from 'node:path'
import * as l10n from '@vscode/l10n'
import { commands, type LogOutputChannel, ProgressLocation, Uri, window, workspace } from 'vscode'
import type { FileReport } from '../../core/check/checkFolder'
import { isBelow } from '../../core/disk/isBelow'
import type { Detection } from '../../core/yolov5/release'
import { displayName } from '../contributions'
import type { Checker } from './checker'
import { collectReportLines, collectSummary } from './collect'
import type { Diagnostics } from './diagnostics'

/** No more messages a second than a person reads. */
const messageMs = 150

/** Checks every file of the checkouts, puts what it finds into Problems, and sums up. */
export async function checkWorkspace(
  detections: readonly Detection[],
  checker: Checker,
  diagnostics: Diagnostics,
  channel: LogOutputChannel,
): Promise<void> {
  const reports: FileReport[] = []
  const options = {
    location: ProgressLocation.Notification,
    title: `${displayName}: ${l10n.t('checking the workspace')}`,
    cancellable: true,
  }
  const cancelled = await window.withProgress(options, async (progress, token) => {
    let shownAt = 0
    for (const detection of detections) {
      const { root } = detection
      diagnostics.clearFiles((path) => isBelow(root, path))
      const found = checker.folder(detection, {
        edited: editedText,
        isCancelled: () => token.isCancellationRequested,
        onFile: (path) => {
          if (performance.now() - shownAt < messageMs) return
          shownAt = performance.now()
          progress.report({ message: relative(root, path) })
        },
      })
      for await (const report of found) {
        reports.push(report)
        diagnostics.showFile(Uri.file(report.path), report.findings)
        for (const line of collectReportLines(report, root)) channel.info(line)
      }
    }
    return token.isCancellationRequested
  })
  const summary = collectSummary(reports, cancelled)
  channel.info(summary)
  const show = l10n.t('Show problems')
  const message = window.showInformationMessage(summary, ...(reports.length > 0 ? [show] : []))
  // Not awaited: it stays until it is closed.
  message.then(
    (choice) => choice === show && commands.executeCommand('workbench.actions.view.problems'),
    () => undefined,
  )
}

/** What an editor has of a file that is not saved. */
function editedText(path: string): string | undefined {
  const uri = Uri.file(path).toString()
  return workspace.textDocuments.find((one) => one.isDirty && one.uri.toString() === uri)?.getText()
}
