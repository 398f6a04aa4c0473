import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { tryWhileHeldOpen } from '../../core/disk/heldOpen'
import { mayPass } from '../../core/disk/isGone'
import { writeFileAtomically } from '../../core/disk/writeFileAtomically'
import { dataHome } from '../dataHome'
import { withFileLock } from '../fileLock'
import type { RunIdentity, RunManifest, RunProcess } from '../manifest'
import { liveness } from '../processIdentity'
import { runLiveness } from '../runLiveness'
import { readManifest, realFolder, updateManifest } from '../store'
import type { LaunchSpec } from '../supervisor'
import { overlap } from './devices'
import type { KeptEnvironment } from './environment'

/** What starts a run once its turn has come. */
export type StoredLaunch = Pick<LaunchSpec, 'command' | 'args' | 'cwd' | 'env'> & {
  readonly manifest: RunManifest
  /** Tickets of earlier versions have none. */
  readonly environment?: KeptEnvironment
}

/** A run's claim on devices of this machine. It waits while it has a `launch`, and holds them from then on. */
export type Ticket = {
  readonly v: 1
  /** The run's id. */
  readonly id: string
  readonly runDir: string
  readonly devices: readonly string[]
  /** Milliseconds since the epoch when it began to wait, or to hold; who came first goes first. */
  readonly since: number
  readonly host: string
  readonly launch?: StoredLaunch
  /** The process that starts the run when its turn comes. */
  readonly waiter?: RunProcess
  /** Whose the devices are: the run's process, and until it has one whoever starts it. Earlier versions named none. */
  readonly process?: RunProcess
}

/** A run that holds devices and has no process yet is being started; longer than this, and it never will be. */
const startPatience = 60_000

/**
 * Folder of the tickets: one a machine and person, so that windows, workspaces and terminals share it. It lies outside
 * of every workspace, since a waiting ticket says what to execute: only this person writes there.
 * `YOLOV5_SLIM_QUEUE` names another.
 */
export function queueFolder(): string {
  return process.env.YOLOV5_SLIM_QUEUE ?? join(dataHome(), 'yolov5-slim', 'queue')
}

/** Runs `work` while no other process looks at or changes the queue. */
export async function withQueue<T>(work: () => Promise<T>): Promise<T> {
  await mkdir(queueFolder(), { recursive: true, mode: 0o700 })
  return withFileLock(join(queueFolder(), 'queue'), work)
}

export async function writeTicket(ticket: Ticket): Promise<void> {
  await writeFileAtomically(await ticketFile(ticket), `${JSON.stringify(ticket, null, 2)}\n`)
}

export async function removeTicket(run: RunIdentity): Promise<void> {
  await rm(await ticketFile(run), { force: true })
}

/** Gives up what a run claimed then; a later attempt of it has a claim of its own. */
export async function giveUpClaim(run: RunIdentity, since: number | undefined): Promise<void> {
  await withQueue(async () => {
    if ((await readTicket(run))?.since === since) await removeTicket(run)
  })
}

/** Names the process of a run in what the run claimed then, for when its manifest is out of reach. */
export async function nameHolder(
  run: RunIdentity,
  since: number | undefined,
  { process }: Pick<RunManifest, 'process'>,
): Promise<void> {
  await withQueue(async () => {
    const ticket = await readTicket(run)
    if (ticket && process && ticket.since === since) await writeTicket({ ...ticket, process })
  })
}

/** Undefined when there is none, or none that this version understands. */
export async function readTicket(run: RunIdentity): Promise<Ticket | undefined> {
  return readTicketFile(await ticketFile(run))
}

/** Whether both are of one run, and not of a run and its copy. */
export async function isSameRun(a: RunIdentity, b: RunIdentity): Promise<boolean> {
  return a.id === b.id && (await realFolder(a.runDir)) === (await realFolder(b.runDir))
}

/**
 * Every ticket of this machine that counts, oldest first; those of runs that are over or gone are removed. Call it
 * within `withQueue`.
 */
export async function readTickets(now = Date.now()): Promise<readonly Ticket[]> {
  // At once: asking Windows for a process takes up to seconds, and all others wait for the queue meanwhile.
  const looked = (await filedTickets()).map(async ({ file, ticket }) => {
    if (await counts(ticket, now)) return [ticket]
    await rm(file, { force: true })
    return []
  })
  return (await Promise.all(looked)).flat().sort(byAge)
}

/**
 * Waiting runs of this machine that nobody is there to start, oldest first. Changes nothing, so it waits for nobody
 * either.
 */
export async function abandonedTickets(now = Date.now()): Promise<readonly Ticket[]> {
  const tickets: Ticket[] = []
  for (const { ticket } of await filedTickets()) {
    if ((await isAbandoned(ticket)) && (await counts(ticket, now))) tickets.push(ticket)
  }
  return tickets.sort(byAge)
}

/** The tickets of this machine, with those of runs that are over. */
async function filedTickets(): Promise<readonly { file: string; ticket: Ticket }[]> {
  const names = await readdir(queueFolder()).catch(() => [])
  const found: { file: string; ticket: Ticket }[] = []
  for (const name of names) {
    if (!name.endsWith('.json')) continue
    const file = join(queueFolder(), name)
    const ticket = await readTicketFile(file)
    if (ticket?.host === hostname()) found.push({ file, ticket })
  }
  return found
}

/** The tickets that `ticket` has to wait for: those that hold one of its devices, or wait for it and came first. */
export async function ticketsAhead(
  ticket: Ticket,
  tickets: readonly Ticket[],
): Promise<readonly Ticket[]> {
  const inTheWay = tickets.map(async (other) => {
    if (!overlap(other.devices, ticket.devices)) return []
    if (other.launch !== undefined && byAge(other, ticket) >= 0) return []
    // One that is abandoned lets others pass until someone takes it up. Last, since it asks for a process.
    if ((await isSameRun(other, ticket)) || (await isAbandoned(other))) return []
    return [other]
  })
  return (await Promise.all(inTheWay)).flat()
}

/** Whether the process that shall start a waiting run is there. */
export async function isAwaited({ waiter }: Ticket): Promise<boolean> {
  return waiter !== undefined && (await liveness(waiter)) === 'alive'
}

/** It waits and nobody is there to start it, as after a restart of the machine. */
async function isAbandoned(ticket: Ticket): Promise<boolean> {
  return ticket.launch !== undefined && !(await isAwaited(ticket))
}

/**
 * Takes a queued run out of the queue. One whose turn has just come is left: it is about to have a process.
 *
 * @returns whether it is out
 */
export async function withdraw(runDir: string, { id }: Pick<RunManifest, 'id'>): Promise<boolean> {
  return withQueue(async () => {
    const run = { id, runDir }
    const ticket = await readTicket(run)
    if (ticket && ticket.host === hostname() && !ticket.launch) {
      const { process } = await readManifest(runDir)
      if (!process) return false
    }
    if (ticket?.host === hostname()) await removeTicket(run)
    await updateManifest(runDir, (manifest) => ({ ...manifest, stopRequestedAt: Date.now() }))
    return true
  })
}

function byAge(a: Ticket, b: Ticket): number {
  return a.since - b.since || (a.id < b.id ? -1 : 1)
}

async function counts(ticket: Ticket, now: number): Promise<boolean> {
  const { runDir, id, launch, since, process } = ticket
  const manifest = await readManifest(runDir).catch((error: unknown) =>
    mayPass(error) ? 'unknown' : undefined,
  )
  // A disk that fails, for the moment or for good, says nothing about the run: its process has the device, or is gone.
  if (manifest === 'unknown') return !process || (await liveness(process)) === 'alive'
  if (!manifest || manifest.id !== id) return false
  if (launch) return manifest.stopRequestedAt === undefined
  // An end on record is not enough: its process still has the device's memory.
  if (manifest.process ?? manifest.starter) {
    return (await runLiveness(runDir, manifest)) === 'alive'
  }
  // A clock that was set back must not hold the devices until it has caught up.
  return Math.abs(now - since) < startPatience
}

/** Named by the run's id; of a run and its copy, the second's also by its folder. */
async function ticketFile({ id, runDir }: RunIdentity): Promise<string> {
  const name = id.replace(/[^\w.-]/g, '_')
  const folder = await realFolder(runDir)
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 8)
  const own = join(queueFolder(), `${name}.${hash}.json`)
  if (await readTicketFile(own)) return own
  const first = join(queueFolder(), `${name}.json`)
  const there = await readTicketFile(first)
  return there && (await realFolder(there.runDir)) !== folder ? own : first
}

async function readTicketFile(file: string): Promise<Ticket | undefined> {
  const text = await tryWhileHeldOpen(() => readFile(file, 'utf8')).catch(() => undefined)
  return text === undefined ? undefined : parseTicket(text)
}

function parseTicket(text: string): Ticket | undefined {
  try {
    const value = JSON.parse(text) as Partial<Ticket> | null
    const whole =
      value?.v === 1 &&
      typeof value.id === 'string' &&
      typeof value.runDir === 'string' &&
      typeof value.since === 'number' &&
      typeof value.host === 'string' &&
      Array.isArray(value.devices)
    return whole ? (value as Ticket) : undefined
  } catch {
    return undefined
  }
}
