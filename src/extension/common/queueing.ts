import { type Uri, workspace } from 'vscode'
import { settings } from '../contributions'

/** Whether a run that is started in a folder waits until no other uses its device: the setting. */
export function waitsForTurn(folder: Uri): boolean {
  return workspace.getConfiguration(settings.section, folder).get<boolean>(settings.queue, true)
}
