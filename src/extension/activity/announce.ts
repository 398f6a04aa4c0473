import * as l10n from '@vscode/l10n'
import { commands, window } from 'vscode'
import type { RunSnapshot } from '../../runs/snapshot'
import { commandIds } from '../contributions'
import type { LogLine } from './collect'

/** Tells of a run's end, with the ways to its charts and its output; not awaited, since it stays until it is closed. */
export function announceEnd({ runDir }: RunSnapshot, { level, text }: LogLine): void {
  const charts = l10n.t('Open dashboard')
  const output = l10n.t('Show output')
  const show = {
    info: window.showInformationMessage,
    warn: window.showWarningMessage,
    error: window.showErrorMessage,
  }[level]
  show(text, charts, output).then(
    (choice) => {
      if (choice === charts) commands.executeCommand(commandIds.openDashboard, runDir)
      if (choice === output) commands.executeCommand(commandIds.showLog, runDir)
    },
    () => undefined,
  )
}
