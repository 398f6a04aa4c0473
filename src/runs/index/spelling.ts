import { basename, join, relative } from 'node:path'
import { isBelow } from '../../core/disk/isBelow'
import { realFolder } from '../store'

/**
 * A folder as a search below `roots` names it: another program may have named it past a link that a root was opened
 * through, or with the letter of its drive in the other case.
 */
export async function spelledBelow(roots: readonly string[], folder: string): Promise<string> {
  const within = roots.find((root) => isBelow(root, folder))
  if (within !== undefined) return join(within, relative(within, folder))
  const real = await realFolder(folder)
  for (const root of roots) {
    const realRoot = await realFolder(root)
    if (isBelow(realRoot, real)) return join(root, relative(realRoot, real))
  }
  return folder
}

/**
 * Which of some folders is this one, whatever its path; undefined when none is. Only those of the same name are asked for
 * on disk: of thousands of runs that would take too long.
 */
export async function sameFolder(
  folder: string,
  others: Iterable<string>,
): Promise<string | undefined> {
  const alike: string[] = []
  for (const other of others) {
    if (other === folder) return other
    if (basename(other) === basename(folder)) alike.push(other)
  }
  if (alike.length === 0) return undefined
  const real = withSmallDrive(await realFolder(folder))
  for (const other of alike) if (withSmallDrive(await realFolder(other)) === real) return other
  return undefined
}

/** Windows writes the letter of a drive in either case. */
export function withSmallDrive(path: string): string {
  return path.replace(/^[A-Z](?=:[\\/])/, (letter) => letter.toLowerCase())
}
