import { rename } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from './diskErrors'

/** Milliseconds to wait before each further try; about a second in all. */
const waits = [10, 20, 40, 80, 150, 300, 400]

const heldOpen = ['EPERM', 'EACCES', 'EBUSY']

/**
 * Renames a file over another. Windows refuses while somebody has the other open, be it only a reader or a virus scanner
 * for a moment; so it is tried for about a second there.
 *
 * @throws what `rename` throws
 */
export async function renameOver(
  from: string,
  to: string,
  { platform = process.platform, renameFile = rename } = {},
): Promise<void> {
  for (const wait of platform === 'win32' ? waits : []) {
    try {
      return await renameFile(from, to)
    } catch (error) {
      if (!heldOpen.includes(errorCode(error) ?? '')) throw error
    }
    await sleep(wait)
  }
  return renameFile(from, to)
}
