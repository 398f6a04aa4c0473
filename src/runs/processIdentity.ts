import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import type { RunProcess } from './manifest'

const execute = promisify(execFile)

/** `elsewhere`: it was started on another machine, where only its log tells. */
export type Liveness = 'alive' | 'gone' | 'elsewhere'

/**
 * Whether the very process that a manifest names is running. A pid alone proves nothing, since the system uses
 * it again; together with the start time it does. A zombie is gone.
 */
export async function liveness(process: RunProcess): Promise<Liveness> {
  if (process.host !== undefined && process.host !== hostname()) return 'elsewhere'
  if (process.startTime === '') return 'gone'
  return (await processStartTime(process.pid)) === process.startTime ? 'alive' : 'gone'
}

/** This process as a manifest names it; for stages that run without a child. */
export async function ownProcess(): Promise<RunProcess> {
  return identify(process.pid)
}

/**
 * The process `pid`, identified so that a later process with the same pid is told apart. Called right after a
 * spawn: on Linux the answer is read before the event loop can reap the child, so even one that died at once has
 * a start time.
 */
export async function identify(pid: number): Promise<RunProcess> {
  const base = { pid, host: hostname(), startedAt: Date.now() }
  const now = process.platform === 'linux' ? linuxStartTime(pid) : undefined
  return { ...base, startTime: now ?? (await processStartTime(pid)) ?? '' }
}

/** An opaque start time of a live process; undefined when there is none. */
export async function processStartTime(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined)
    const fields = stat === undefined ? undefined : parseStat(stat)
    return fields && !fields.dead ? withBoot(fields.startTicks) : undefined
  }
  return process.platform === 'win32' ? windowsStartTime(pid) : unixStartTime(pid)
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

async function unixStartTime(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await execute('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      env: { ...process.env, LC_ALL: 'C' },
      timeout: 5000,
    })
    const [state, ...start] = stdout.trim().split(/\s+/)
    return state === undefined || state.startsWith('Z') ? undefined : start.join(' ')
  } catch {
    return undefined
  }
}

async function windowsStartTime(pid: number): Promise<string | undefined> {
  const script = `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`
  try {
    const { stdout } = await execute(
      'powershell.exe',
      ['-NoProfile', '-NonInteractive', '-Command', script],
      { timeout: 15_000, windowsHide: true },
    )
    return stdout.trim() || undefined
  } catch {
    return undefined
  }
}
