import { extname, join } from 'node:path'
import type { Files } from './files'
import { isCheckable, isSkippedFolder } from './kind'

/** A folder of more files than this is one of data; what is checked of it ends there. */
const MAX_ENTRIES = 20_000
const MAX_DEPTH = 12

/** Whether a file is a checkpoint, by its name. */
export function isCheckpoint(name: string): boolean {
  return /^\.pth?$/i.test(extname(name))
}

/** What a walk through a clone yields. */
export type Walked = { readonly path: string; readonly kind: 'text' | 'checkpoint' }

/** A virtual environment shows by this file, whatever its name. */
const ENVIRONMENT = 'pyvenv.cfg'

/**
 * The files of a folder that may be worth reading, in order of their paths. Runs, environments, data and hidden
 * folders are passed over.
 *
 * @param nested whether a folder is another clone's, which is walked on its own
 */
export async function* walk(
  root: string,
  files: Files,
  nested: (folder: string) => boolean = () => false,
  depth = 0,
): AsyncGenerator<Walked> {
  const entries = [...((await files.list(root, MAX_ENTRIES)) ?? [])]
  if (entries.some(({ name }) => name === ENVIRONMENT)) return
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const { name, folder } of entries) {
    const path = join(root, name)
    if (folder) {
      if (depth < MAX_DEPTH && !isSkippedFolder(name) && !nested(path)) {
        yield* walk(path, files, nested, depth + 1)
      }
    } else if (isCheckable(name)) yield { path, kind: 'text' }
    else if (isCheckpoint(name)) yield { path, kind: 'checkpoint' }
  }
}
