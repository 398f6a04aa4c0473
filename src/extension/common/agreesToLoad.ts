import * as l10n from '@vscode/l10n'
import { window } from 'vscode'
import { SlimError } from '../../core/errors'

/**
 * Asks whether Python may load a checkpoint that was refused since it would import what no YOLOv5 needs.
 *
 * @throws `error`, when it is of any other kind
 */
export async function agreesToLoad(error: unknown): Promise<boolean> {
  if (!(error instanceof SlimError) || error.code !== 'checkpoint/unsafe-globals') throw error
  const anyway = l10n.t('Load it anyway')
  const detail = l10n.t('Loading it may run any program. Agree only if you know who made it.')
  const choice = await window.showWarningMessage(error.message, { modal: true, detail }, anyway)
  return choice === anyway
}
