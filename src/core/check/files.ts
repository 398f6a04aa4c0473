import { promises as fs } from 'node:fs'
import { join } from 'node:path'

/** Reading files, as much as the checks need: a port, so that tests and editors can put theirs in its place. */
export type Files = {
  /** Undefined where there is nothing. `modified` in ms since the epoch. */
  readonly stat: (path: string) => Promise<FileStat | undefined>
  /** Text of a file of at most `limit` bytes; undefined when missing, unreadable or larger. */
  readonly text: (path: string, limit: number) => Promise<string | undefined>
  /** Names in a folder, at most `limit` of them in no particular order; undefined when it can't be read. */
  readonly list: (path: string, limit: number) => Promise<readonly Entry[] | undefined>
}

export type FileStat = {
  readonly folder: boolean
  readonly size: number
  readonly modified: number
}

export type Entry = { readonly name: string; readonly folder: boolean }

/** The disk. */
export const diskFiles: Files = {
  async stat(path) {
    try {
      const found = await fs.stat(path)
      return { folder: found.isDirectory(), size: found.size, modified: found.mtimeMs }
    } catch {
      return undefined
    }
  },

  async text(path, limit) {
    try {
      const found = await fs.stat(path)
      if (!found.isFile() || found.size > limit) return undefined
      return (await fs.readFile(path, 'utf8')).replace(/^\uFEFF/, '')
    } catch {
      return undefined
    }
  },

  async list(path, limit) {
    try {
      const names: Entry[] = []
      // An iterator, since a folder of a million images is no reason to hold a million names.
      for await (const entry of await fs.opendir(path, { bufferSize: 256 })) {
        if (names.length >= limit) break
        const folder = entry.isSymbolicLink()
          ? await isFolder(join(path, entry.name))
          : entry.isDirectory()
        names.push({ name: entry.name, folder })
      }
      return names
    } catch {
      return undefined
    }
  },
}

async function isFolder(path: string): Promise<boolean> {
  return (await diskFiles.stat(path))?.folder ?? false
}
