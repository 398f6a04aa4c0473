import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A file system of a few megabytes that can be filled to the last byte. */
export type SmallDisk = {
  readonly path: string
  readonly fill: () => Promise<void>
  readonly free: () => Promise<void>
  readonly dispose: () => void
}

/** Undefined where this user may not mount one. */
export function smallDisk(path: string, megabytes: number): SmallDisk | undefined {
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], {
      stdio: 'pipe',
    })
  } catch {
    rmSync(path, { recursive: true })
    return undefined
  }
  const filler = join(path, 'filler')
  return {
    path,
    fill: async () => {
      const file = await open(filler, 'a')
      try {
        for (;;) writeSync(file.fd, Buffer.alloc(4096))
      } catch {
        // Full, to the page.
      } finally {
        await file.close()
      }
    },
    free: () => rm(filler, { force: true }),
    dispose: () => {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}
