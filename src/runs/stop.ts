import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as l10n from '@vscode/l10n'
import { errorCode } from '../core/disk/diskErrors'
import { SlimError } from '../core/errors'
import { appendEvent } from './eventLog'
import { withFileLock } from './fileLock'
import type { RunManifest, RunProcess } from './manifest'
import { type Member, runMembers, stillAlive } from './processGroup'
import { liveness } from './processIdentity'
import { withdraw } from './queue/tickets'
import { type RunSnapshot, readDigest, readRun } from './snapshot'
import { attemptEnd, isEnded } from './state'
import { readManifest, runFiles, updateManifest } from './store'

const execute = promisify(execFile)

export type StopOptions = {
  /** Milliseconds to wait after asking (SIGINT), insisting (SIGTERM) and killing (SIGKILL). */
  readonly patience?: Partial<Record<StopStep, number>>
  /** First step; `kill` for someone who has asked before. */
  readonly from?: StopStep
  readonly onStep?: (step: StopStep) => void
}

export type StopStep = 'ask' | 'insist' | 'kill'

export type StopResult = {
  /** The step that did it; `queue` for a run that had not begun, `already` when it was over. */
  readonly by: StopStep | 'queue' | 'already'
  /** Processes that were there when it began. */
  readonly processes: number
}

const steps: readonly StopStep[] = ['ask', 'insist', 'kill']
const signals: Readonly<Record<StopStep, NodeJS.Signals>> = {
  ask: 'SIGINT',
  insist: 'SIGTERM',
  kill: 'SIGKILL',
}
// Asking leaves time to finish a batch and save what the release saves.
const defaultPatience: Readonly<Record<StopStep, number>> = {
  ask: 20_000,
  insist: 10_000,
  kill: 10_000,
}
const pollMs = 100
/** How long a run that is being started may take to get a process. */
const startingMs = 10_000

/**
 * Stops a run and everything it started, whichever process started it: asks with SIGINT, insists with SIGTERM,
 * kills with SIGKILL, each time waiting until no process of the run is left. Windows: `taskkill /T /F`. When the
 * run does not log its own end, `stopped` is logged for it.
 *
 * @throws SlimError `runs/elsewhere` for a run of another machine, `runs/not-yours` when the system forbids it,
 *   `runs/cannot-stop` when processes are left after SIGKILL, `runs/no-manifest`
 */
export async function stopRun(runDir: string, options: StopOptions = {}): Promise<StopResult> {
  const before = await readBegun(runDir)
  if (before === 'queue') return { by: 'queue', processes: 0 }
  const { manifest } = before
  const leader = manifest.process
  if (!leader) {
    if (!isEnded(before.state)) await requestStop(runDir)
    return { by: 'already', processes: 0 }
  }
  if ((await liveness(leader)) === 'elsewhere') {
    throw new SlimError(
      'runs/elsewhere',
      l10n.t('{0} runs on {1}, not on this machine.', before.name, leader.host ?? '?'),
      l10n.t('Stop it from a terminal on {0}.', leader.host ?? '?'),
    )
  }
  const members = new Map<string, Member>()
  const look = async (): Promise<Member[]> => {
    for (const member of await runMembers(leader, { id: manifest.id, runDir })) {
      members.set(`${member.pid} ${member.startTime}`, member)
    }
    return stillAlive([...members.values()])
  }
  let left = await look()
  const processes = left.length
  if (processes === 0) return { by: 'already', processes }
  // A disk that takes no note of it, full or read-only, does not keep the run going.
  await requestStop(runDir).catch(() => undefined)
  const from = process.platform === 'win32' ? 'kill' : (options.from ?? 'ask')
  for (const step of steps.slice(steps.indexOf(from))) {
    options.onStep?.(step)
    // Not the clock of the wall, which may be set back.
    const deadline = performance.now() + (options.patience?.[step] ?? defaultPatience[step])
    await send(manifest, leader, left, step)
    do {
      left = await look()
      if (left.length === 0) {
        await recordStop(runDir).catch(() => undefined)
        return { by: step, processes }
      }
      // A fork that raced with the killing is killed too.
      if (step === 'kill') await send(manifest, leader, left, step)
      await sleep(pollMs)
    } while (performance.now() < deadline)
  }
  throw new SlimError(
    'runs/cannot-stop',
    l10n.t(
      '{0} cannot be stopped: process {1} does not react to SIGKILL.',
      before.name,
      left.map(({ pid }) => pid).join(', '),
    ),
    l10n.t(
      'It hangs in the system, most often in a driver or a network disk; restart the machine.',
    ),
  )
}

/** The run once it has a process; `queue` when it was taken out of the queue before. */
async function readBegun(runDir: string): Promise<RunSnapshot | 'queue'> {
  for (let waited = 0; ; waited += pollMs) {
    const run = await readRun(runDir)
    const { queued, starter } = run.manifest
    if (!(queued ?? starter) || isEnded(run.state) || waited >= startingMs) return run
    if (queued && (await withdraw(runDir, run.manifest))) {
      await recordStop(runDir)
      return 'queue'
    }
    await sleep(pollMs)
  }
}

async function requestStop(runDir: string): Promise<void> {
  await updateManifest(runDir, (manifest) => ({ ...manifest, stopRequestedAt: Date.now() }))
}

async function send(
  manifest: RunManifest,
  leader: RunProcess,
  members: readonly Member[],
  step: StopStep,
): Promise<void> {
  if (process.platform === 'win32') {
    for (const pid of new Set([leader.pid, ...members.map((member) => member.pid)])) {
      await execute('taskkill', ['/T', '/F', '/PID', String(pid)], { windowsHide: true }).catch(
        () => undefined,
      )
    }
    return
  }
  // A group that is asked hears it once: its leader may be a launcher that passes the signal on to workers in
  // sessions of their own.
  const groupHears = step === 'ask' && leader.group === true && (await liveness(leader)) === 'alive'
  const targets = groupHears ? [-leader.pid] : members.map((member) => member.pid)
  for (const target of targets) {
    try {
      process.kill(target, signals[step])
    } catch (error) {
      if (errorCode(error) === 'ESRCH') continue
      throw new SlimError(
        'runs/not-yours',
        l10n.t('Process {0} of run {1} belongs to another user.', Math.abs(target), manifest.id),
        l10n.t('Ask that user to stop it, or do it as an administrator.'),
        { cause: error },
      )
    }
  }
}

/** Logs `stopped`, unless the run or whoever started it did. */
async function recordStop(runDir: string): Promise<void> {
  const { events } = runFiles(runDir)
  await withFileLock(events, async () => {
    if (attemptEnd(await readManifest(runDir), await readDigest(runDir))) return
    await appendEvent(events, { type: 'stopped' })
  })
}
