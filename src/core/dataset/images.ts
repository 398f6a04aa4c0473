import { type Dirent, promises as fs } from 'node:fs'
import { extname, join } from 'node:path'

/** Image formats that every release reads; later ones add a few more, which are counted too. */
const IMAGE = new Set('.bmp .dng .jpeg .jpg .mpo .pfm .png .tif .tiff .webp'.split(' '))

function isImage(name: string): boolean {
  return IMAGE.has(extname(name).toLowerCase())
}

async function inFolder(folder: string): Promise<number> {
  let entries: readonly Dirent[]
  try {
    entries = await fs.readdir(folder, { withFileTypes: true })
  } catch {
    return 0
  }
  const below = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => inFolder(join(folder, entry.name))),
  )
  const here = entries.filter((entry) => !entry.isDirectory() && isImage(entry.name)).length
  return below.reduce((sum, count) => sum + count, here)
}

/**
 * Number of images in image folders (searched to every depth) and list files (one path a line), by file name
 * alone: no image is opened. Entries that don't exist count as none.
 */
export async function countImages(entries: readonly string[]): Promise<number> {
  let total = 0
  for (const entry of entries) {
    const stat = await fs.stat(entry).catch(() => undefined)
    if (stat === undefined) continue
    if (stat.isDirectory()) total += await inFolder(entry)
    else {
      const lines = (await fs.readFile(entry, 'utf8')).split(/\r?\n/)
      total += lines.filter((line) => isImage(line.trim())).length
    }
  }
  return total
}
