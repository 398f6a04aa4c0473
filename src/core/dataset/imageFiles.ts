import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { Release } from '../yolov5/release'

const extensions = 'bmp dng jpeg jpg mpo png tif tiff webp'.split(' ')

/**
 * Images below folders, of list files, and those named themselves, sorted. Throws where a path is not there. What is
 * hidden below a folder is left out, as Python's `glob` leaves it out.
 *
 * @param base the folder that training runs in, for the lines of list files that are relative; without it they stay so
 */
export async function imageFiles(paths: readonly string[], base?: string): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    const info = await stat(path)
    if (info.isDirectory()) {
      const names = await readdir(path, { recursive: true })
      found.push(...names.filter((name) => !isHidden(name)).map((name) => join(path, name)))
    } else if (isImage(path)) found.push(path)
    else found.push(...(await listed(path, base)))
  }
  return found.filter(isImage).sort((a, b) => (a < b ? -1 : Number(a > b)))
}

/** @param name a path from the folder on, which may itself be below a hidden one */
function isHidden(name: string): boolean {
  return name.split(sep).some((part) => part.startsWith('.'))
}

export function isImage(path: string): boolean {
  return extensions.includes(path.slice(path.lastIndexOf('.') + 1).toLowerCase())
}

/** Lines of a list file; those that start with `./` are relative to it. */
async function listed(file: string, base: string | undefined): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).trim().split(/\r?\n/)
  return lines.map((line) => {
    if (line.startsWith('./')) return join(dirname(file), line.slice(2))
    return base === undefined ? line : resolve(base, line)
  })
}

/**
 * `…/images/x.jpg` → `…/labels/x.txt`: the last folder of that name, up to v5.0 the first; never the one that a
 * relative path starts with (`img2label_paths`).
 */
export function labelFile(image: string, release: Release): string {
  const parts = image.split(/[\\/]/)
  const early = release === 'v3.1' || release === 'v4.0' || release === 'v5.0'
  const at = early ? parts.indexOf('images', 1) : parts.lastIndexOf('images')
  if (at > 0) parts[at] = 'labels'
  return parts.join(sep).replace(/\.[^.]*$/, '.txt')
}
