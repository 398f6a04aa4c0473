import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as l10n from '@vscode/l10n'

/** Why a run folder in `project` cannot get this name; undefined when it can. */
export function runNameFault(project: string, before: string, name: string): string | undefined {
  if (name === before) return undefined
  if (name.trim() === '') return l10n.t('Type a name.')
  const control = [...name].some((character) => character < ' ')
  if (control || /[\\/:*?"<>|]/.test(name) || /^\.{1,2}$|[. ]$/.test(name)) {
    return l10n.t('{0} is no name of a folder on every system.', name)
  }
  return existsSync(join(project, name)) ? l10n.t('{0} is there already.', name) : undefined
}
