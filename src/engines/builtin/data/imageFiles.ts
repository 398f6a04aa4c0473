import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const extensions = 'bmp dng jpeg jpg mpo png tif tiff webp'.split(' ')

/** Images below folders, of list files, and those named themselves, sorted. */
export async function imageFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    const info = await stat(path)
    if (info.isDirectory()) {
      const names = await readdir(path, { recursive: true })
      found.push(...names.map((name) => join(path, name)))
    } else if (isImage(path)) found.push(path)
    else found.push(...(await listed(path)))
  }
  return found.filter(isImage).sort((a, b) => (a < b ? -1 : Number(a > b)))
}

function isImage(path: string): boolean {
  return extensions.includes(path.slice(path.lastIndexOf('.') + 1).toLowerCase())
}

/** Lines of a list file; those that start with `./` are relative to it. */
async function listed(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).trim().split(/\r?\n/)
  return lines.map((line) => (line.startsWith('./') ? join(dirname(file), line.slice(2)) : line))
}
