import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { asDiskError, errorCode } from './diskErrors'

/**
 * Writes a file that is not there yet, and the folders that it lies in; a part that fitted on a full disk is taken
 * back.
 *
 * @throws SlimError `disk/full`, `disk/read-only`; the system's `EEXIST` where there is one already
 */
export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content, { flag: 'wx' })
  } catch (error) {
    // What came there meanwhile is someone else's.
    if (errorCode(error) !== 'EEXIST') await rm(path, { force: true }).catch(() => undefined)
    throw asDiskError(path, error)
  }
}
