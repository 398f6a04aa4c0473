import * as l10n from '@vscode/l10n'
import { Uri, window, workspace } from 'vscode'
import { writeFileAtomically } from '../../core/disk/writeFileAtomically'
import type { CommonToHost } from './contract'

/**
 * Saves what a page made where the person says; a file that they replace stays as it is until all of the new one is
 * written.
 *
 * @throws SlimError `disk/full`, `disk/read-only`, `disk/folder-gone`
 */
export async function save({
  name,
  encoding,
  content,
}: Extract<CommonToHost, { type: 'save' }>): Promise<void> {
  const safe = name.replace(/[\\/:*?"<>|]/g, '-')
  const folder = workspace.workspaceFolders?.[0]?.uri
  const target = await window.showSaveDialog({
    title: l10n.t('Save'),
    defaultUri: folder ? Uri.joinPath(folder, safe) : Uri.file(safe),
  })
  if (target) await writeFileAtomically(target.fsPath, Buffer.from(content, encoding))
}
