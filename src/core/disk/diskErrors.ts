import { appendFile, stat, truncate } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'

/** The `code` of a Node system error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** What a disk that refuses to write `path` means to the person; any other error as it is. */
export function asDiskError(path: string, error: unknown): unknown {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new SlimError(
        'disk/full',
        l10n.t('There is no space left to write {0}.', path),
        l10n.t(
          'Free some space, and continue a run with --resume: what was saved before is there.',
        ),
        { cause: error },
      )
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new SlimError(
        'disk/read-only',
        l10n.t('{0} may not be written ({1}).', path, errorCode(error) ?? ''),
        l10n.t('Check that the folder exists and that you may write to it.'),
        { cause: error },
      )
    case 'ENOENT':
      return new SlimError(
        'disk/folder-gone',
        l10n.t('{0} cannot be written: its folder is gone.', path),
        l10n.t('Start anew if you did not mean to delete it.'),
        { cause: error },
      )
    default:
      return error
  }
}

/**
 * Appends to a file that this process alone writes, all or nothing: a part that fitted on a full disk is taken back,
 * since what is appended later would follow upon it.
 *
 * @throws SlimError `disk/full`, `disk/read-only`, `disk/folder-gone`
 */
export async function appendWhole(path: string, content: string | Uint8Array): Promise<void> {
  const before = await stat(path).catch(() => undefined)
  try {
    await appendFile(path, content)
  } catch (error) {
    await truncate(path, before?.size ?? 0).catch(() => undefined)
    throw asDiskError(path, error)
  }
}
