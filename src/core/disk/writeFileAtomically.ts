import { randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { asDiskError } from './diskErrors'
import { renameOver } from './renameOver'

/**
 * Replaces a file in one step; a crash or a full disk leaves the old content.
 *
 * @throws SlimError `disk/full`, `disk/read-only`
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = await open(aside, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await renameOver(aside, path)
  } catch (error) {
    await rm(aside, { force: true })
    throw asDiskError(path, error)
  }
}
