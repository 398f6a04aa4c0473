import { rename } from 'node:fs/promises'
import { tryWhileHeldOpen } from './heldOpen'

/**
 * Renames a file over another, which somebody may have open.
 *
 * @throws what `rename` throws
 */
export async function renameOver(
  from: string,
  to: string,
  { platform = process.platform, renameFile = rename } = {},
): Promise<void> {
  return tryWhileHeldOpen(() => renameFile(from, to), platform)
}
