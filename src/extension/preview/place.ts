import { basename, dirname, extname, join } from 'node:path'
import { isBelow } from '../../core/disk/isBelow'
import { within } from '../form/candidates'

/** Where a checkpoint is pruned, and how the command line names it from there. */
export type PrunePlace = {
  readonly cwd: string
  readonly weights: string
  /** File to write unless told otherwise: beside the checkpoint, under a name that says what it is. */
  readonly output: string
}

/**
 * @param path absolute path of the checkpoint
 * @param roots checkouts of the workspace, the selected one first: the prune is recorded as a run of the one that
 *   holds the checkpoint, else of the first
 */
export function prunePlace(path: string, roots: readonly string[]): PrunePlace {
  const cwd = roots.find((root) => isBelow(root, path)) ?? roots[0] ?? dirname(path)
  const name = basename(path, extname(path))
  return {
    cwd,
    weights: within(cwd, path),
    output: within(cwd, join(dirname(path), `${name}-pruned.pt`)),
  }
}
