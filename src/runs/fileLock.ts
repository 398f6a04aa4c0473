import { open, rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { asDiskError, errorCode } from '../core/disk/diskErrors'

/** A lock this old, or made this far in the future by a clock since set back, was left by a process that died. */
const staleAfter = 10_000

/**
 * Runs `work` while holding `<path>.lock`, created exclusively, so that processes take turns.
 * Held only for a few file operations; a lock older than ten seconds is taken over.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`
  for (;;) {
    try {
      await (await open(lock, 'wx')).close()
      break
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw asDiskError(lock, error)
      const info = await stat(lock).catch(() => undefined)
      if (info && Math.abs(Date.now() - info.mtimeMs) > staleAfter) await rm(lock, { force: true })
      else await sleep(5 + Math.random() * 20)
    }
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}
