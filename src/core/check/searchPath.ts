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
 * @param others names of folders into which something else was cloned
 * @returns an offset; infinity where it does not
 */
export function foreignFrom(
  source: string,
  folder: string,
  clone: Clone,
  others: Set<string>,
): number {
  const inserts = [...codeOnly(source).matchAll(FIRST)]
  const first = inserts.find(([, double, single]) =>
    isForeign(double ?? single ?? '', folder, clone, others),
  )
  return first?.index ?? Number.POSITIVE_INFINITY
}

function isForeign(path: string, folder: string, clone: Clone, others: Set<string>): boolean {
  // `''`, `.`, `../..`: the working folder or one above, which mostly are the root.
  if (/^[./\\]*$/.test(path)) return false
  // One more name makes a folder's path that of a file in it.
  const cwd = { folder: '', home: folder, others }
  const inside = fromRoot(posix.join(path, '_'), cwd, clone)
  const isAbsolute = /^(?:[/~]|[A-Za-z]:)/.test(path)
  if (inside === undefined) return !isAbsolute || namesRepository(path, others)
  const place = posix.dirname(inside)
  if (place === '.') return false
  // Seen from the root, or from the script that Python is started with.
  const places = isAbsolute ? [place] : [place, posix.join(folder, path)]
  const found = places.find((one) => clone.has(one))
  // A folder of the clone may well go first, so long as its packages are not the clone's namesakes.
  return (
    found === undefined || ['models', 'utils'].some((name) => clone.has(posix.join(found, name)))
  )
}

/** Whether a path that is no clone's leads to another repository, and not just to someone's files. */
function namesRepository(path: string, others: ReadonlySet<string>): boolean {
  return path.split('/').some((name) => /^yolo/i.test(name) || others.has(name))
}
