import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import * as l10n from '@vscode/l10n'
import { errorCode } from '../../core/disk/diskErrors'
import { SlimError } from '../../core/errors'
import { type BegunManifest, beginAttempt } from '../attempt'
import { appendEvent } from '../eventLog'
import { childLanguage } from '../language'
import type { RunIdentity, RunManifest } from '../manifest'
import { identify, ownProcess } from '../processIdentity'
import { readManifest, realFolder, runFiles, updateManifest } from '../store'
import { type LaunchSpec, type StartedRun, startRun } from '../supervisor'
import { type DeviceFacts, devicesOf } from './devices'
import { keepEnvironment, keptVariables } from './environment'
import {
  abandonedTickets,
  giveUpClaim,
  isAwaited,
  isSameRun,
  nameHolder,
  queueFolder,
  readTicket,
  readTickets,
  type Ticket,
  ticketsAhead,
  withQueue,
  writeTicket,
} from './tickets'

export type QueueOptions = {
  /** Wait for the devices when another run has them; else start at once and share them. */
  readonly wait: boolean
  readonly facts: DeviceFacts
}

/** A run that is to start now, or one that waits. */
export type Submission = {
  readonly runDir: string
  readonly devices: readonly string[]
  /** Runs it waits for; empty when it may start. */
  readonly ahead: readonly Ticket[]
  /** Runs that it shares its devices with, since it does not wait for them. */
  readonly shares: readonly Ticket[]
  /** The launch, completed with the devices. */
  readonly launch: LaunchSpec
}

/** How often a waiting process looks whether its turn has come. */
const lookMs = 2000

/**
 * Claims the devices of a run: when they are free, or nobody asked to wait, the run may be started now; else it is
 * `queued` on disk, and this process is named as the one that waits. Follow with `startSubmitted`, `startInTurn` or
 * `handOver`.
 *
 * @throws SlimError `queue/folder` when it shall wait and the queue's folder cannot be written, `resume/in-use` when the
 *   run goes on already
 */
export async function submit(launch: LaunchSpec, options: QueueOptions): Promise<Submission> {
  const devices = launch.device === undefined ? [] : devicesOf(launch.device, options.facts)
  const { runDir } = launch
  const manifest = await beginAttempt({ runDir, manifest: { ...launch.manifest, devices } })
  try {
    return await claim({ ...launch, manifest }, devices, options.wait)
  } catch (error) {
    // Who does not wait needs no queue; others just do not see that the device is taken.
    const none = { ahead: [], shares: [] }
    if (!options.wait) return { runDir, devices, ...none, launch: { ...launch, manifest } }
    await updateManifest(runDir, withoutStarter).catch(() => undefined)
    throw new SlimError(
      'queue/folder',
      l10n.t('The queue in {0} cannot be used: {1}.', queueFolder(), String(errorCode(error))),
      l10n.t('Make that folder writable, name another in YOLOV5_SLIM_QUEUE, or do not queue.'),
      { cause: error },
    )
  }
}

async function claim(
  begun: LaunchSpec & { readonly manifest: BegunManifest },
  devices: readonly string[],
  wait: boolean,
): Promise<Submission> {
  const { runDir } = begun
  const waiter = await ownProcess()
  return withQueue(async () => {
    const now = Date.now()
    const { id, starter } = begun.manifest
    const claimed: Ticket = { v: 1, id, runDir, devices, since: now, host: hostname() }
    const tickets = await readTickets(now)
    const ahead = wait ? await ticketsAhead(claimed, tickets) : []
    if (ahead.length === 0) {
      const held = tickets.filter(({ launch }) => launch === undefined)
      const shares = wait ? [] : await ticketsAhead(claimed, held)
      await writeTicket({ ...claimed, process: starter })
      return { runDir, devices, ahead, shares, launch: begun }
    }
    const { command, args, cwd, env } = begun
    const environment = keepEnvironment()
    const manifest = withoutStarter(begun.manifest)
    const stored = { command, args, cwd, ...(env ? { env } : {}), manifest, environment }
    const { boundaries = 0 } = starter
    const queue = await realFolder(queueFolder())
    const queued = { since: now, host: hostname(), boundaries, queue }
    await updateManifest(runDir, (m) => ({ ...withoutStarter(m), queued }))
    await writeTicket({ ...claimed, launch: stored, waiter })
    return { runDir, devices, ahead, shares: [], launch: { ...begun, manifest } }
  })
}

/** Whoever starts the run is another, or nobody. */
function withoutStarter({ starter: _, ...manifest }: RunManifest): RunManifest {
  return manifest
}

/**
 * Starts a run that may start. Its claim goes when it has ended, whoever notices first.
 *
 * @throws SlimError what `startRun` throws
 */
export async function startSubmitted({ launch }: Pick<Submission, 'launch'>): Promise<StartedRun> {
  const identity = identityOf(launch)
  const since = (await readTicket(identity))?.since
  try {
    const run = await startRun(launch)
    await nameHolder(identity, since, run.manifest).catch(() => undefined)
    // Part of its end, lest the program ends in the middle and leaves the queue locked.
    const exited = run.exited.finally(() => giveUpClaim(identity, since).catch(() => undefined))
    exited.catch(() => undefined)
    return { ...run, exited }
  } catch (error) {
    // Then the claim is that of the attempt which goes on.
    const isInUse = error instanceof SlimError && error.code === 'resume/in-use'
    if (!isInUse) await giveUpClaim(identity, since).catch(() => undefined)
    throw error
  }
}

export type TurnOptions = {
  /** Told whenever the runs ahead change. */
  readonly onAhead?: (ahead: readonly Ticket[]) => void
  readonly lookMs?: number
}

/**
 * Waits, in this process, until a queued run's turn has come, and starts it.
 *
 * @returns undefined when it was stopped, deleted or taken over by another process meanwhile
 * @throws SlimError what `startRun` throws
 */
export async function startInTurn(
  run: RunIdentity,
  options: TurnOptions = {},
): Promise<StartedRun | undefined> {
  let told: string | undefined
  for (;;) {
    const turn = await lookForTurn(run)
    if (turn.kind === 'gone') return undefined
    if (turn.kind === 'start') return startSubmitted(turn)
    const names = turn.ahead.map((ticket) => ticket.id).join()
    if (names !== told) options.onAhead?.(turn.ahead)
    told = names
    await sleep(options.lookMs ?? lookMs)
  }
}

type Turn =
  | { readonly kind: 'gone' }
  | { readonly kind: 'wait'; readonly ahead: readonly Ticket[] }
  | { readonly kind: 'start'; readonly launch: LaunchSpec }

/** Takes the devices when it is our turn; within the queue's lock, so that exactly one process does. */
async function lookForTurn(run: RunIdentity): Promise<Turn> {
  const own = await ownProcess()
  return withQueue(async () => {
    const tickets = await readTickets()
    const ticket = await ticketOf(run, tickets)
    if (!ticket?.launch) return { kind: 'gone' }
    const { waiter, launch } = ticket
    if (waiter && (waiter.pid !== own.pid || waiter.startTime !== own.startTime)) {
      // Whoever waited before hands over, or someone else took our place.
      if (await isAwaited(ticket)) return { kind: 'gone' }
    }
    const ahead = await ticketsAhead(ticket, tickets)
    if (ahead.length > 0) return { kind: 'wait', ahead }
    const { launch: _, waiter: __, ...holding } = ticket
    await writeTicket({ ...holding, since: Date.now(), process: own })
    const { environment, ...rest } = launch
    const env = { ...keptVariables(environment), ...rest.env }
    return { kind: 'start', launch: { runDir: ticket.runDir, ...rest, env } }
  })
}

async function ticketOf(run: RunIdentity, tickets: readonly Ticket[]): Promise<Ticket | undefined> {
  for (const ticket of tickets) if (await isSameRun(ticket, run)) return ticket
  return undefined
}

/**
 * Leaves the waiting for a queued run to a process of its own, which survives this one. Does nothing when the run is
 * awaited already by another process than `from`, so several windows may call it.
 *
 * @param waiter argv of the program's `internal-queue`; the run's id and folder are appended
 * @param from pid whose place the new process takes; default: nobody's
 * @returns whether a process was started
 */
export async function handOver(
  run: RunIdentity,
  waiter: readonly string[],
  from?: number,
): Promise<boolean> {
  const [command, ...args] = waiter
  if (command === undefined) return false
  return withQueue(async () => {
    const ticket = await readTicket(run)
    if (!ticket?.launch) return false
    if (ticket.waiter?.pid !== from && (await isAwaited(ticket))) return false
    const child = spawn(command, [...args, ticket.id, ticket.runDir], {
      cwd: ticket.launch.cwd,
      env: { ...process.env, ...childLanguage(), ELECTRON_RUN_AS_NODE: '1' },
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
    })
    child.on('error', () => undefined)
    if (child.pid === undefined) return false
    const identity = await identify(child.pid)
    child.unref()
    await writeTicket({ ...ticket, waiter: identity })
    return true
  })
}

/** What is needed of a run to see to its place in the queue; a RunSnapshot is one. */
export type QueuedRun = { readonly runDir: string; readonly manifest: RunManifest }

/** Which run one is, for `startInTurn` and `handOver`. */
export function identityOf({ runDir, manifest }: QueuedRun): RunIdentity {
  return { id: manifest.id, runDir }
}

/**
 * Sees to queued runs of this machine and queue that nobody waits for any more, as after a restart: a process of its
 * own waits for each; one that the queue knows nothing of is failed, since nobody can say how to start it. Several
 * windows may call it.
 */
export async function adoptQueued(
  runs: readonly QueuedRun[],
  waiter: readonly string[],
): Promise<void> {
  for (const run of runs) {
    const { runDir, manifest } = run
    if (manifest.queued?.host !== hostname() || !(await isOurs(manifest.queued))) continue
    const ticket = await withQueue(() => readTicket(identityOf(run)))
    if (ticket) {
      if (ticket.launch && !(await isAwaited(ticket))) await handOver(ticket, waiter)
      continue
    }
    // It may have got its process since the caller looked.
    const { queued, process: started } = await readManifest(runDir)
    if (!queued || started) continue
    await appendEvent(runFiles(runDir).events, {
      type: 'failed',
      code: 'queue/lost',
      text: l10n.t('The queue on this machine does not know {0} any more.', runDir),
      remedy: l10n.t('Start it again with Retry.'),
    })
  }
}

/**
 * The same for a program that knows the queue, and of no workspace: a process of its own waits for each run of this
 * person that nobody waits for any more. No run's folder is written to.
 */
export async function adoptAbandoned(waiter: readonly string[]): Promise<void> {
  for (const ticket of await abandonedTickets()) await handOver(ticket, waiter)
}

async function isOurs({ queue }: NonNullable<RunManifest['queued']>): Promise<boolean> {
  return queue === undefined || queue === (await realFolder(queueFolder()))
}
