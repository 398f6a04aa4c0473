import { open, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { asDiskError, errorCode } from '../core/disk/diskErrors'

/** A lock this old, or made this far in the future by a clock since set back, was left by a process that died. */
const staleAfter = 10_000
/**
 * That its process is gone shows earlier, but not at once: a process in another container is not seen from here even
 * where the name of the machine is the same.
 */
const goneAfter = 1000

/**
 * Runs `work` while holding `<path>.lock`, created exclusively, so that processes take turns.
 * Held only for a few file operations; a lock whose process is gone, or older than ten seconds, is taken over.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`
  while (!(await take(lock))) {
    if (await isLeft(lock)) await clear(lock)
    else await sleep(5 + Math.random() * 20)
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx')
    // A full disk has no room for the name; then the lock's age tells.
    await file.writeFile(`${process.pid} ${hostname()}`).catch(() => undefined)
    await file.close()
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw asDiskError(lock, error)
  }
}

/** One at a time, and looking again: what another process has taken meanwhile is not removed. */
async function clear(lock: string): Promise<void> {
  await withFileLock(lock, async () => {
    if (await isLeft(lock)) await rm(lock, { force: true })
  })
}

async function isLeft(lock: string): Promise<boolean> {
  const info = await stat(lock).catch(() => undefined)
  if (!info) return false
  const age = Math.abs(Date.now() - info.mtimeMs)
  if (age > staleAfter) return true
  return age > goneAfter && isGone(await readFile(lock, 'utf8').catch(() => ''))
}

/** By its pid alone: the start time, which tells a recycled one apart, takes another process on macOS and Windows. */
function isGone(holder: string): boolean {
  const [, pid, host] = /^(\d+) (.+)$/.exec(holder) ?? []
  if (pid === undefined || host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return errorCode(error) === 'ESRCH'
  }
}
