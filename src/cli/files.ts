import { constants } from 'node:fs'
import { copyFile, link, rm, stat } from 'node:fs/promises'
import { dirname, parse, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { asDiskError, errorCode } from '../core/disk/diskErrors'
import { usageError } from './errors'

/** @throws SlimError `cli/no-such-file` naming the flag */
export async function requireFile(flag: string, path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined)
  if (info?.isFile()) return
  throw usageError(
    'no-such-file',
    info
      ? l10n.t('{0} {1} is a folder, not a file.', flag, resolve(path))
      : l10n.t('{0} {1}: there is no such file.', flag, resolve(path)),
    l10n.t('Correct the path.'),
  )
}

/**
 * The folder that a flag names, absolute.
 *
 * @throws SlimError `cli/no-such-folder`, `cli/not-a-folder` naming the flag
 */
export async function requireFolder(flag: string, path: string): Promise<string> {
  const folder = resolve(path)
  const info = await stat(folder).catch(() => undefined)
  if (info?.isDirectory()) return folder
  throw info
    ? usageError(
        'not-a-folder',
        l10n.t('{0} {1} is a file, not a folder.', flag, folder),
        l10n.t('Correct the path.'),
      )
    : usageError(
        'no-such-folder',
        l10n.t('{0} {1}: there is no such folder.', flag, folder),
        l10n.t('Correct the path.'),
      )
}

/** The folders that `--project` adds to those of a checkout: none, or one that must be there. */
export async function projectFolders(project: string | undefined): Promise<readonly string[]> {
  return project === undefined ? [] : [await requireFolder('--project', project)]
}

/** Checks that a file can be put at `path`: its folder is there, and what it would replace is a file. */
export async function requirePlace(flag: string, path: string): Promise<void> {
  const folder = await stat(dirname(resolve(path))).catch(() => undefined)
  if (!folder?.isDirectory()) {
    throw usageError(
      'no-such-folder',
      l10n.t('{0} {1}: there is no folder {2}.', flag, path, dirname(resolve(path))),
      l10n.t('Make the folder, or correct the path.'),
    )
  }
  const existing = await stat(path).catch(() => undefined)
  if (existing && !existing.isFile()) {
    throw usageError(
      'not-a-file',
      l10n.t('{0} {1} is there and is no ordinary file.', flag, path),
      l10n.t('Name a file, such as {0}.', 'pruned_model.pt'),
    )
  }
}

/** A second name for a file that is about to be replaced. */
export type KeptCopy = { readonly path: string; readonly discard: () => Promise<void> }

/**
 * Gives what lies at `path` the name `<name>.<n>.<extension>` too, with the first free n, so that replacing
 * `path` loses nothing. Undefined when there is nothing. `discard` undoes it, for when nothing was replaced.
 *
 * @throws SlimError `disk/full`, `disk/read-only` where there are no hard links and a copy cannot be written
 */
export async function keepExisting(path: string): Promise<KeptCopy | undefined> {
  const existing = await stat(path).catch(() => undefined)
  if (!existing) return undefined
  const { dir, name, ext } = parse(resolve(path))
  for (let n = 1; ; n++) {
    const aside = resolve(dir, `${name}.${n}${ext}`)
    try {
      // A hard link is instant and keeps the content under a rename; some file systems have none.
      await link(path, aside).catch(async (error: unknown) => {
        if (errorCode(error) === 'EEXIST') throw error
        await copyFile(path, aside, constants.COPYFILE_EXCL)
      })
      return { path: aside, discard: () => rm(aside, { force: true }) }
    } catch (error) {
      // That one is another's; the part of a copy that fitted onto the disk is ours.
      if (errorCode(error) === 'EEXIST') continue
      await rm(aside, { force: true }).catch(() => undefined)
      throw asDiskError(aside, error)
    }
  }
}
