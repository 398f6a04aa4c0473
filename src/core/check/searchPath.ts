import { posix } from 'node:path'
import { codeOnly } from '../yolov5/python'
import type { Clone } from './clone'
import { fromRoot } from './workingFolder'

/** A folder that is written out and goes before all others in which Python looks for modules. */
const FIRST =
  /\bsys\.path\.insert\([ \t]*0[ \t]*,[ \t]*(?:str\([ \t]*)?[rR]?(?:"([^"\\{}\n]*)"|'([^'\\{}\n]*)')/g

/**
 * Where a source puts another repository before all else: its `models` and `utils` are what is imported below.
 *
 * @param folder of the file, relative to the clone's root
 * @returns an offset; infinity where it does not
 */
export function foreignFrom(source: string, folder: string, clone: Clone): number {
  const inserts = [...codeOnly(source).matchAll(FIRST)]
  const first = inserts.find(([, double, single]) =>
    isForeign(double ?? single ?? '', folder, clone),
  )
  return first?.index ?? Number.POSITIVE_INFINITY
}

function isForeign(path: string, folder: string, clone: Clone): boolean {
  // `''`, `.`, `../..`: the working folder or one above, which mostly are the root.
  if (/^[./\\]*$/.test(path)) return false
  // One more name makes a folder's path that of a file in it.
  const inside = fromRoot(posix.join(path, '_'), { folder: '', home: folder }, clone)
  if (inside === undefined) return true
  const place = posix.dirname(inside)
  if (place === '.') return false
  // A folder of the clone may well go first, so long as its packages are not the clone's namesakes.
  return !clone.has(place) || ['models', 'utils'].some((name) => clone.has(`${place}/${name}`))
}
