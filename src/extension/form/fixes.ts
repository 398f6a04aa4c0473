import * as l10n from '@vscode/l10n'
import type { CommandName } from '../contributions'

/** What a click beside a finding does, and what it is called; undefined where nothing helps. */
export function fixOf(
  code: string,
): { readonly command: CommandName; readonly label: string } | undefined {
  if (code === 'python/missing-packages' || code.startsWith('python/')) {
    return { command: 'selectPython', label: l10n.t('Select Python…') }
  }
  if (code === 'data/not-found' || code === 'form/no-data') {
    return { command: 'newDataSet', label: l10n.t('New data set config…') }
  }
  if (code === 'checkpoint/newer-release' || code.startsWith('release/')) {
    return { command: 'getYolov5', label: l10n.t('Get YOLOv5…') }
  }
  return undefined
}
