import { execFile } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { errorCode } from '../core/disk/diskErrors'
import type { RunProcess } from './manifest'

const execute = promisify(execFile)

/** `elsewhere`: it was started on another machine or in another container, where only its log tells. */
export type Liveness = 'alive' | 'gone' | 'elsewhere'

/**
 * Whether the very process that a manifest names is running. A pid alone proves nothing, since the system uses
 * it again; together with the start time it does, also where the machine has another name by now, as macOS takes one from
 * each network. A zombie is gone; one that could not be looked at is not.
 */
export async function liveness(named: RunProcess): Promise<Liveness> {
  const isOfHost = named.host === undefined || named.host === hostname()
  // Asking Windows starts PowerShell, and its name stays.
  if (!isOfHost && process.platform === 'win32') return 'elsewhere'
  const found = named.startTime === '' ? 'gone' : await startTimeOf(named.pid)
  if (typeof found === 'object' && isSameStart(found.at, named.startTime)) return 'alive'
  if (!isOfHost || isOfOtherContainer(named)) return 'elsewhere'
  return found === 'unknown' ? 'alive' : 'gone'
}

/** A container may have its machine's name, and pids of its own. Those of an earlier boot are gone with it. */
function isOfOtherContainer({ pidNamespace, startTime }: RunProcess): boolean {
  const own = ownNamespace()
  if (pidNamespace === undefined || own === undefined || pidNamespace === own) return false
  return startTime.startsWith(`${bootId()}:`)
}

let ownStart = ''
/** This process as a manifest names it; for stages that run without a child. Asked for once: it stays what it is. */
export async function ownProcess(): Promise<RunProcess> {
  if (ownStart === '') ownStart = (await identify(process.pid)).startTime
  return { ...namedNow(process.pid), startTime: ownStart }
}

/**
 * The process `pid`, identified so that a later process with the same pid is told apart. Called right after a
 * spawn: on Linux the answer is read before the event loop can reap the child, so even one that died at once has
 * a start time.
 */
export async function identify(pid: number): Promise<RunProcess> {
  const base = namedNow(pid)
  const now = process.platform === 'linux' ? linuxStartTime(pid) : undefined
  if (now !== undefined) return { ...base, startTime: now }
  const found = await startTimeOf(pid)
  return { ...base, startTime: typeof found === 'object' ? found.at : '' }
}

function namedNow(pid: number): Omit<RunProcess, 'startTime'> {
  const pidNamespace = ownNamespace()
  return {
    ...{ pid, host: hostname(), startedAt: Date.now() },
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  }
}

/** When a process started, opaque; `unknown` when it could not be looked at, which says nothing about it. */
export type StartTime = { readonly at: string } | 'gone' | 'unknown'

export async function startTimeOf(pid: number): Promise<StartTime> {
  if (process.platform === 'linux') return linuxStartTimeOf(pid)
  return process.platform === 'win32' ? windowsStartTime(pid) : unixStartTime(pid)
}

/**
 * Whether two start times of one pid are of the same process. Of those of Windows, in 100 ns since 1601, a list of all
 * processes has only microseconds.
 */
export function isSameStart(a: string, b: string): boolean {
  if (a === b) return true
  if (!/^\d{18}$/.test(a) || !/^\d{18}$/.test(b)) return false
  const apart = BigInt(a) - BigInt(b)
  return apart < 10n && apart > -10n
}

export type ProcessStat = {
  readonly pid: number
  readonly parent: number
  readonly group: number
  /** Clock ticks since boot. */
  readonly startTicks: string
  /** A zombie, waiting to be collected, runs no more. */
  readonly dead: boolean
}

/** Parses `/proc/<pid>/stat`; the command name, in parentheses, may itself hold spaces and parentheses. */
export function parseStat(stat: string): ProcessStat | undefined {
  const close = stat.lastIndexOf(')')
  if (close < 0) return undefined
  const [state, parent, group, ...more] = stat.slice(close + 2).split(' ')
  const startTicks = more[16]
  if (startTicks === undefined) return undefined
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(parent),
    group: Number(group),
    startTicks,
    dead: state === 'Z' || state === 'X' || state === 'x',
  }
}

/** Start ticks as they stand in a manifest: together with the boot they count from. */
export function withBoot(startTicks: string): string {
  return `${bootId()}:${startTicks}`
}

let boot: string | undefined
function bootId(): string {
  boot ??= readText('/proc/sys/kernel/random/boot_id')?.trim() ?? 'boot'
  return boot
}

function linuxStartTime(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  const fields = stat === undefined ? undefined : parseStat(stat)
  return fields && withBoot(fields.startTicks)
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

async function linuxStartTimeOf(pid: number): Promise<StartTime> {
  try {
    const fields = parseStat(await readFile(`/proc/${pid}/stat`, 'latin1'))
    return fields && !fields.dead ? { at: withBoot(fields.startTicks) } : 'gone'
  } catch (error) {
    return ['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '') ? 'gone' : 'unknown'
  }
}

let namespace: string | undefined
/** Linux: the pid namespace that this process is in; each container has its own. */
function ownNamespace(): string | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    namespace ??= readlinkSync('/proc/self/ns/pid')
  } catch {
    // Then nothing is known about containers.
  }
  return namespace
}

async function unixStartTime(pid: number): Promise<StartTime> {
  const args = ['-o', 'stat=,lstart=', '-p', String(pid)]
  const answer = await ask('ps', args, { env: psEnvironment(), timeout: 5000 })
  if (typeof answer === 'string') return answer
  const [state = '', ...start] = answer.text.split(/\s+/)
  return state.startsWith('Z') ? 'gone' : { at: start.join(' ') }
}

/** `ps` writes start times in the words and the time zone of its environment. */
export function psEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
}

async function windowsStartTime(pid: number): Promise<StartTime> {
  const script = `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`
  const args = ['-NoProfile', '-NonInteractive', '-Command', script]
  const answer = await ask('powershell.exe', args, { timeout: 15_000 })
  return typeof answer === 'string' ? answer : { at: answer.text }
}

/** What a command says of a process. One that exits without a word knows none; one that is cut short says nothing. */
export async function ask(
  command: string,
  args: readonly string[],
  options: { readonly timeout: number; readonly env?: NodeJS.ProcessEnv },
): Promise<{ readonly text: string } | 'gone' | 'unknown'> {
  try {
    const { stdout } = await execute(command, [...args], { ...options, windowsHide: true })
    const text = stdout.trim()
    return text === '' ? 'gone' : { text }
  } catch (error) {
    const { code, stdout = '' } = error as { readonly code?: unknown; readonly stdout?: string }
    // The status of one that was killed is null, and what could not be started has a name for a code.
    return typeof code === 'number' && stdout.trim() === '' ? 'gone' : 'unknown'
  }
}
