import { isDeepStrictEqual } from 'node:util'
import type { RunManifest } from './manifest'
import type { Liveness } from './processIdentity'
import { runLiveness } from './runLiveness'
import { attemptEnd, type RunDigest } from './state'

/**
 * Milliseconds for which an answer about a process stays good. Asking Windows starts PowerShell, which is too dear to do
 * every second.
 */
export const processCheckMs =
  process.platform === 'linux' ? 500 : process.platform === 'win32' ? 10_000 : 2000

/** How long a dead process's last words may take to arrive over a network file system, or whoever stopped it to log that. */
export const lastWordsMs = 1500

/** What a run is known to be when its process is looked at. */
export type ProcessLook = {
  readonly manifest: RunManifest
  /** Of the log as it is by now. */
  readonly digest: RunDigest
  /** Whether the run had not ended at the last look. */
  readonly lived: boolean
  /** Milliseconds, not by the clock of the wall, which may be set back. */
  readonly now: number
  /** How long an answer stays good. */
  readonly checkMs?: number
}

/** Whether the process of a run lives, for who looks again and again: asks no more often than it must. */
export class ProcessWatch {
  private manifest: RunManifest | undefined
  private checked = Number.NEGATIVE_INFINITY
  private found: Liveness = 'gone'
  private goneSince: number | undefined

  constructor(private readonly runDir: string) {}

  /** Nobody is taken for gone before a last word has had time to arrive. */
  async look(look: ProcessLook): Promise<Liveness> {
    const { manifest, digest, lived, now, checkMs = processCheckMs } = look
    if (attemptEnd(manifest, digest)) return 'gone'
    if (!isDeepStrictEqual(manifest, this.manifest) || now - this.checked >= checkMs) {
      this.manifest = manifest
      this.checked = now
      this.found = await runLiveness(this.runDir, manifest)
    }
    if (this.found !== 'gone') {
      this.goneSince = undefined
      return this.found
    }
    // One that was found dead has had its time.
    if (!lived) return 'gone'
    this.goneSince ??= now
    return now - this.goneSince < lastWordsMs ? 'alive' : 'gone'
  }
}
