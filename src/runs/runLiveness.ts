import { stat } from 'node:fs/promises'
import type { RunManifest, RunProcess } from './manifest'
import { type Liveness, liveness } from './processIdentity'
import { readManifest, realFolder } from './store'

/** Whether the run's process lives, or while it has none whoever is starting it. */
export async function runLiveness(
  runDir: string,
  { process, starter }: RunManifest,
): Promise<Liveness> {
  const named = process ?? starter
  return named ? folderLiveness(runDir, named) : 'gone'
}

/** Whether a process that the manifest in a folder names lives, and lives for the run of that folder. */
export async function folderLiveness(runDir: string, named: RunProcess): Promise<Liveness> {
  const found = await liveness(named)
  return found === 'alive' && (await isOfOriginal(runDir, named)) ? 'gone' : found
}

/**
 * Whether a folder is a copy of that whose run the process is. A folder that was moved takes its process along, and one
 * that is reached by another mount is the same.
 */
async function isOfOriginal(runDir: string, { folder, startTime }: RunProcess): Promise<boolean> {
  if (folder === undefined || folder === (await realFolder(runDir))) return false
  const [there, here] = await Promise.all(
    [folder, runDir].map((path) => stat(path).catch(() => undefined)),
  )
  if (!there || (there.ino === here?.ino && there.dev === here.dev)) return false
  const original = await readManifest(folder).catch(() => undefined)
  return (original?.process ?? original?.starter)?.startTime === startTime
}
