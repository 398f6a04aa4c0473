import * as l10n from '@vscode/l10n'
import { commands, type LogOutputChannel, window } from 'vscode'
import { asSlimError } from '../core/errors'
import type { LogLine } from './activity/collect'
import { writeError } from './log'

/** Shows what went wrong with its code and remedy, and the way to the log. */
export function showError(channel: LogOutputChannel, error: unknown): void {
  writeError(channel, error)
  const { code, message, remedy } = asSlimError(error)
  showLine(channel, { level: 'error', text: `${message} ${remedy} [${code}]` })
}

/** Shows a line as a notification; not awaited, since it stays until the user closes it. */
export function showLine(channel: LogOutputChannel, { level, text }: LogLine): void {
  const showLog = l10n.t('Show log')
  const show = { info: window.showInformationMessage, warn: window.showWarningMessage }
  const message = level === 'error' ? window.showErrorMessage : show[level]
  message(text, showLog).then(
    (choice) => choice === showLog && channel.show(true),
    () => undefined,
  )
}

/** Says that a command needs trust, and offers to give it. */
export async function showTrustNeeded(): Promise<void> {
  const manage = l10n.t('Manage trust')
  const text = l10n.t('This runs code of the workspace, which is not trusted yet.')
  const choice = await window.showWarningMessage(text, manage)
  if (choice === manage) await commands.executeCommand('workbench.trust.manage')
}
