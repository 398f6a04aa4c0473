import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { asDiskError, errorCode } from '../core/disk/diskErrors'
import { tryWhileHeldOpen } from '../core/disk/heldOpen'

/** A lock this old, or made this far in the future by a clock since set back, was left by a process that died. */
const staleAfter = 10_000
/**
 * That its process is gone shows earlier, but not at once: a process in another container is not seen from here even
 * where the name of the machine is the same.
 */
const goneAfter = 1000
/** So often a lock that is held is made young again; more often than `goneAfter`. */
const beatMs = 400
/** Windows: so long a lock that is being removed, while somebody looks at it, is in the way of a new one. */
const removalPatience = 1000
const refusals = ['EPERM', 'EACCES', 'EBUSY']

/**
 * Runs `work` while holding `<path>.lock`, created exclusively, so that processes take turns.
 * Meant for a few file operations; the lock of longer work stays young. One whose process is gone, or that has not been
 * made young for ten seconds, is taken over.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`
  const held = await acquire(lock)
  const beat = setInterval(
    () => void held.file.write(held.holder, 0).catch(() => undefined),
    beatMs,
  )
  try {
    return await work()
  } finally {
    clearInterval(beat)
    await release(lock, held)
  }
}

/** The file of a lock, open, and what is written in it: that tells it from another's in its place. */
type Held = { readonly file: FileHandle; readonly holder: string }

async function acquire(lock: string): Promise<Held> {
  let refusedSince: number | undefined
  for (;;) {
    try {
      return await take(lock)
    } catch (error) {
      const code = errorCode(error) ?? ''
      const isRefused = process.platform === 'win32' && refusals.includes(code)
      const now = performance.now()
      refusedSince = isRefused ? (refusedSince ?? now) : undefined
      const isWaited = isRefused && now - (refusedSince ?? now) < removalPatience
      if (code !== 'EEXIST' && !isWaited) throw asDiskError(lock, error)
    }
    if (await isLeft(lock)) await clear(lock)
    else await sleep(5 + Math.random() * 20)
  }
}

async function take(lock: string): Promise<Held> {
  const file = await open(lock, 'wx')
  const name = Buffer.from(`${process.pid} ${hostname()}\n${randomBytes(8).toString('hex')}`)
  // A full disk has no room for the name; then the lock's age tells.
  const { bytesWritten } = await file.write(name, 0).catch(() => ({ bytesWritten: 0 }))
  return { file, holder: name.toString('utf8', 0, bytesWritten) }
}

/**
 * A process that was asleep for long may have lost its lock: that of another stays. One that cannot be read is almost
 * always ours, and would keep everybody waiting until it is old; so does one that cannot be removed, but the work is done.
 */
async function release(lock: string, { file, holder }: Held): Promise<void> {
  await file.close()
  const there = await tryWhileHeldOpen(() => readFile(lock, 'utf8')).catch(() => undefined)
  if (there !== undefined && there !== holder) return
  await tryWhileHeldOpen(() => rm(lock, { force: true })).catch(() => undefined)
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
  // A file server's clock, which the lock's time is of, may be another than ours.
  if (age > staleAfter) return Math.abs((await diskTime(lock)) - info.mtimeMs) > staleAfter
  return age > goneAfter && isGone(await readFile(lock, 'utf8').catch(() => ''))
}

/** What time it is by the clock of the disk that a file lies on; ours where it does not tell. */
async function diskTime(path: string): Promise<number> {
  const probe = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = await open(probe, 'wx')
    return await file
      .stat()
      .then(({ mtimeMs }) => mtimeMs)
      .finally(() => file.close())
  } catch {
    return Date.now()
  } finally {
    await rm(probe, { force: true }).catch(() => undefined)
  }
}

/** By its pid alone: the start time, which tells a recycled one apart, takes another process on macOS and Windows. */
function isGone(holder: string): boolean {
  const [, pid, host] = /^(\d+) (.+)/.exec(holder) ?? []
  if (pid === undefined || host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return errorCode(error) === 'ESRCH'
  }
}
