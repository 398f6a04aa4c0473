import { promises as fs } from 'node:fs'
import { join } from 'node:path'

/** Reading files, as much as the checks need: a port, so that tests and editors can put theirs in its place. */
export type Files = {
  /** Undefined where there is nothing. `modified` in ms since the epoch. */
  readonly stat: (path: string) => Promise<FileStat | undefined>
  /** Text of a file of at most `limit` bytes; undefined when missing, unreadable or larger. */
  readonly text: (path: string, limit: number) => Promise<string | undefined>
  /** Whole lines of a text file's first `limit` bytes; undefined when it is missing or unreadable. */
  readonly head: (path: string, limit: number) => Promise<FileHead | undefined>
  /** Names in a folder, at most `limit` of them in no particular order; undefined when it can't be read. */
  readonly list: (path: string, limit: number) => Promise<readonly Entry[] | undefined>
}

export type FileStat = {
  readonly folder: boolean
  readonly size: number
  readonly modified: number
}

/** What a file starts with; `whole` where there is no more of it. */
export type FileHead = { readonly text: string; readonly whole: boolean }

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

  async head(path, limit) {
    try {
      if (!(await fs.stat(path)).isFile()) return undefined
      const file = await fs.open(path)
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(limit + 1), 0, limit + 1)
        const text = buffer.toString('utf8', 0, Math.min(bytesRead, limit)).replace(/^\uFEFF/, '')
        const whole = bytesRead <= limit
        return { text: whole ? text : text.replace(/[^\r\n]*$/, ''), whole }
      } finally {
        await file.close()
      }
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
