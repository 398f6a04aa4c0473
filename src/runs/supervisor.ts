import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { errorCode } from '../core/disk/diskErrors'
import { SlimError } from '../core/errors'
import { begunAttempt } from './attempt'
import { appendEvent } from './eventLog'
import { withFileLock } from './fileLock'
import { childLanguage } from './language'
import type { RunIdentity, RunManifest, RunProcess } from './manifest'
import { lastLines, silentEnd } from './postMortem'
import { markOf, runMembers } from './processGroup'
import { identify } from './processIdentity'
import { readDigest } from './snapshot'
import { closeGate, gateVariable, openGate } from './startGate'
import { attemptEnd } from './state'
import { readManifest, runFiles, updateManifest } from './store'

export { type StopOptions, type StopResult, stopRun } from './stop'
export { type RunUpdate, type RunWatch, type WatchOptions, watchRun } from './watch'

/** All that is needed to start a run; its folder exists already. */
export type LaunchSpec = {
  readonly runDir: string
  /** Written to the run folder, completed with the process once there is one. */
  readonly manifest: RunManifest
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  /** Added to this process's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** `--device` as it was given, empty for the default; undefined where nothing is computed. */
  readonly device?: string
  /** What the person should be told before it starts: translated flags, assumptions made. */
  readonly notes?: readonly string[]
}

export type RunExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

export type StartedRun = {
  readonly runDir: string
  readonly manifest: RunManifest
  /** Resolves when the child has exited and its end is on record. Keeps this process alive until then. */
  readonly exited: Promise<RunExit>
  /** Lets this process exit while the run goes on (`--detach`). */
  release(): void
}

/**
 * Starts a run in a process group of its own, without a shell, with stdout and stderr going to a file, so that it
 * survives whoever started it. It begins once the manifest names it, and never when we die before that. Should it die
 * without a word while we watch, its end is written for it.
 *
 * @throws SlimError `process/not-found`, `process/not-executable`, `process/cannot-start`; the same is in the
 *   run's log as `failed`. `resume/in-use` when the run goes on already
 */
export async function startRun(launch: LaunchSpec): Promise<StartedRun> {
  const { runDir } = launch
  const files = runFiles(runDir)
  const { boundaries, folder } = (await begunAttempt(launch)).starter
  const attempt = {
    ...(boundaries === undefined ? {} : { boundaries }),
    ...(folder ? { folder } : {}),
  }
  const output = await open(files.output, 'a')
  try {
    const mark = await markOf({ id: launch.manifest.id, runDir })
    const child = spawnChild(launch, mark, output.fd)
    const exit = exitOf(child)
    const manifest = await putOnRecord(child, runDir, attempt)
    const exited = exit.then(async (result) => {
      await recordSilentEnd(runDir, result)
      return result
    })
    // Whoever does not wait for it shall not be brought down by it.
    exited.catch(() => undefined)
    return { runDir, manifest, exited, release: () => child.unref() }
  } catch (error) {
    const failure = launchError(launch, error)
    await appendEvent(files.events, {
      type: 'failed',
      code: failure.code,
      text: failure.message,
      remedy: failure.remedy,
    })
    throw failure
  } finally {
    await output.close()
  }
}

function spawnChild(
  launch: LaunchSpec,
  mark: Readonly<Record<string, string>>,
  output: number,
): ChildProcess {
  const child = spawn(launch.command, [...launch.args], {
    cwd: launch.cwd,
    env: {
      ...process.env,
      ...childLanguage(),
      ...launch.env,
      ...mark,
      [gateVariable]: '1',
    },
    detached: true,
    shell: false,
    stdio: ['pipe', output, output],
    windowsHide: true,
  })
  child.on('error', () => undefined)
  return child
}

/** Names the process in the manifest, and lets it begin unless it was asked to stop meanwhile. */
async function putOnRecord(
  child: ChildProcess,
  runDir: string,
  attempt: Pick<RunProcess, 'boundaries' | 'folder'>,
): Promise<RunManifest> {
  try {
    let named: { readonly process?: RunProcess } = {}
    // No await before this: see identify().
    if (child.pid !== undefined) {
      named = { process: { ...(await identify(child.pid)), group: true, ...attempt } }
    }
    await spawned(child)
    const manifest = await updateManifest(runDir, ({ starter: _, ...m }) => ({ ...m, ...named }))
    if (manifest.stopRequestedAt === undefined) openGate(child)
    else closeGate(child)
    return manifest
  } catch (error) {
    closeGate(child)
    throw error
  }
}

/**
 * Writes the end of a run whose process went without saying how it ended: `stopped` when someone had asked it to
 * stop, else `failed` with code `process/killed`. Does nothing when the end is on record.
 */
export async function recordSilentEnd(runDir: string, exit: RunExit): Promise<void> {
  const { events, output } = runFiles(runDir)
  const manifest = await readManifest(runDir)
  if (attemptEnd(manifest, await readDigest(runDir))) return
  if (manifest.process) await endLeftovers({ id: manifest.id, runDir }, manifest.process)
  await withFileLock(events, async () => {
    const digest = await readDigest(runDir)
    if (attemptEnd(manifest, digest)) return
    const { stopRequestedAt } = await readManifest(runDir)
    if (stopRequestedAt !== undefined) {
      await appendEvent(events, { type: 'stopped' })
    } else {
      await appendEvent(events, silentEnd(exit, await lastLines(output)))
    }
  })
}

/** Workers that outlive a dead leader would hold on to the GPU; give them a moment, then kill them. */
async function endLeftovers(run: RunIdentity, leader: RunProcess): Promise<void> {
  for (let wait = 0; wait < 20; wait++) {
    const left = await runMembers(leader, run)
    if (left.length === 0) return
    if (wait >= 10) for (const { pid } of left) tryKill(pid)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It went by itself.
  }
}

function exitOf(child: ChildProcess): Promise<RunExit> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
}

function spawned(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined) return Promise.resolve()
  return new Promise((_, reject) => child.once('error', reject))
}

function launchError(launch: LaunchSpec, error: unknown): SlimError {
  if (error instanceof SlimError) return error
  const code = errorCode(error)
  const { command, cwd } = launch
  if (code === 'ENOENT') {
    return new SlimError(
      'process/not-found',
      l10n.t('{0} cannot be started in {1}: there is no such program or folder.', command, cwd),
      l10n.t('Check the path of the Python interpreter (--python, or the setting).'),
      { cause: error },
    )
  }
  if (code === 'EACCES') {
    return new SlimError(
      'process/not-executable',
      l10n.t('{0} may not be executed.', command),
      l10n.t('Give a Python interpreter with --python, or make the file executable.'),
      { cause: error },
    )
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new SlimError(
    'process/cannot-start',
    l10n.t('{0} cannot be started: {1}.', command, reason),
    l10n.t('Check memory, disk and process limits, then start the run again.'),
    { cause: error },
  )
}
