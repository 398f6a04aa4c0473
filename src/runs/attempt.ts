import { mkdir } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../core/errors'
import { withFileLock } from './fileLock'
import type { RunManifest, RunProcess } from './manifest'
import { ownProcess } from './processIdentity'
import { type RunSnapshot, readDigest, readRun } from './snapshot'
import { isEnded } from './state'
import { readManifest, realFolder, runFiles, writeManifest } from './store'

/** A run that is about to be started; a LaunchSpec is one. */
type Beginning = { readonly runDir: string; readonly manifest: RunManifest }

/** A manifest that names who is starting its run. */
export type BegunManifest = RunManifest & { readonly starter: RunProcess }

/**
 * Takes a run's folder for an attempt: its manifest names this process as the starter, unless an earlier attempt goes on.
 * Of several who resume a run at once, one gets it.
 *
 * @param inTurn an attempt that waits in the queue is this one, whose turn has come
 * @throws SlimError `resume/in-use`
 */
export async function beginAttempt(
  { runDir, manifest }: Beginning,
  inTurn = false,
): Promise<BegunManifest> {
  const { manifest: file, slimDir } = runFiles(runDir)
  await mkdir(slimDir, { recursive: true })
  // What an earlier attempt was, or was asked, is done with.
  const { stopRequestedAt: _, process: __, ...fresh } = manifest
  const own = { ...(await ownProcess()), folder: await realFolder(runDir) }
  for (;;) {
    const before = await readRun(runDir).catch(() => undefined)
    if (before && goesOn(before, inTurn)) throw stillRunning(runDir)
    const { boundaries } = before?.digest ?? (await readDigest(runDir))
    const begun = { ...fresh, starter: { ...own, boundaries } }
    // Looking at logs and processes takes longer than a lock is held; so look again when the manifest is another by now.
    const isTaken = await withFileLock(file, async () => {
      const now = await readManifest(runDir).catch(() => undefined)
      if (!isDeepStrictEqual(now, before?.manifest)) return false
      await writeManifest(runDir, begun)
      return true
    })
    if (isTaken) return begun
  }
}

/** The attempt that a launch began already, else one begun now. */
export async function begunAttempt(launch: Beginning): Promise<BegunManifest> {
  const { runDir, manifest } = launch
  const { starter } = manifest
  if (starter) {
    const now = await readManifest(runDir).catch(() => undefined)
    if (isDeepStrictEqual(now?.starter, starter)) return { ...manifest, starter }
  }
  return beginAttempt(launch, true)
}

export function stillRunning(runDir: string): SlimError {
  return new SlimError(
    'resume/in-use',
    l10n.t('{0} is still running.', runDir),
    l10n.t('Wait for its end, or stop it first with "yolov5-slim stop".'),
  )
}

/** A manifest that names nobody is that of a run which is just being made. */
function goesOn({ state, manifest }: RunSnapshot, inTurn: boolean): boolean {
  const { process, starter, queued } = manifest
  return !isEnded(state) && (process ?? starter ?? (inTurn ? undefined : queued)) !== undefined
}
