import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from './diskErrors'

/** Milliseconds to wait before each further try; about a second in all. */
const waits = [10, 20, 40, 80, 150, 300, 400]

const heldOpen = ['EPERM', 'EACCES', 'EBUSY']

/**
 * Does something with a file that others read and replace. Windows refuses while somebody has it open, be it only a
 * reader or a virus scanner for a moment; so it is tried for about a second there.
 *
 * @throws what `act` throws
 */
export async function tryWhileHeldOpen<T>(
  act: () => Promise<T>,
  platform: NodeJS.Platform = process.platform,
): Promise<T> {
  for (const wait of platform === 'win32' ? waits : []) {
    try {
      return await act()
    } catch (error) {
      if (!heldOpen.includes(errorCode(error) ?? '')) throw error
    }
    await sleep(wait)
  }
  return act()
}
