import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { RunIdentity, RunProcess } from './manifest'
import { isSameStart, parseStat, psEnvironment, startTimeOf, withBoot } from './processIdentity'
import { folderLiveness } from './runLiveness'
import { realFolder } from './store'

const execute = promisify(execFile)

/** Marks every process of a run, including those that leave its process group. */
const runIdVariable = 'YOLOV5_SLIM_RUN_ID'
/** Tells a run from a copy of its folder, which has the same id. */
const runFolderVariable = 'YOLOV5_SLIM_RUN_DIR'

export type Member = { readonly pid: number; readonly startTime: string }

type Listed = Member & { readonly parent: number; readonly group: number }

/** What a run's process finds in its environment, and hands on to whatever it starts. */
export async function markOf({
  id,
  runDir,
}: RunIdentity): Promise<Readonly<Record<string, string>>> {
  return { [runIdVariable]: id, [runFolderVariable]: await realFolder(runDir) }
}

/**
 * The live processes of a run: its leader, the leader's group and descendants, and on Linux whatever carries the
 * run's mark in its environment (torch's launcher gives each worker a session of its own). A leader whose pid went
 * to another process has no group.
 */
export async function runMembers(leader: RunProcess, run: RunIdentity): Promise<Member[]> {
  const all = await listProcesses()
  const alive = (await folderLiveness(run.runDir, leader)) === 'alive'
  const mine = new Set<number>()
  if (alive) {
    mine.add(leader.pid)
    if (leader.group) for (const p of all) if (p.group === leader.pid) mine.add(p.pid)
    // Listed parents may come after their children, so go round until nothing is added.
    for (let before = -1; before !== mine.size; ) {
      before = mine.size
      for (const p of all) if (mine.has(p.parent)) mine.add(p.pid)
    }
  } else if (process.platform === 'darwin' && leader.group) {
    // While members are left the system does not use the group's number again, unless a new leader has it.
    const taken = all.some((p) => p.pid === leader.pid)
    if (!taken) for (const p of all) if (p.group === leader.pid) mine.add(p.pid)
  }
  if (process.platform === 'linux' && leader.group) {
    const mark = await markOf(run)
    for (const p of all) if (!mine.has(p.pid) && (await isMarked(p.pid, mark))) mine.add(p.pid)
  }
  mine.delete(process.pid)
  if (alive && leader.pid === process.pid) mine.clear()
  return all.filter((p) => mine.has(p.pid)).map(({ pid, startTime }) => ({ pid, startTime }))
}

/** Those of `members` that still run, or of which that is not known. */
export async function stillAlive(members: readonly Member[]): Promise<Member[]> {
  const found = await Promise.all(members.map((member) => startTimeOf(member.pid)))
  return members.filter(({ startTime }, i) => {
    const now = found[i]
    return typeof now === 'object' ? isSameStart(now.at, startTime) : now === 'unknown'
  })
}

async function listProcesses(): Promise<Listed[]> {
  if (process.platform === 'linux') return linuxProcesses()
  return process.platform === 'win32' ? windowsProcesses() : unixProcesses()
}

async function linuxProcesses(): Promise<Listed[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')),
  )
  return stats.flatMap((text) => {
    const stat = parseStat(text)
    if (!stat || stat.dead) return []
    const { pid, parent, group } = stat
    return [{ pid, parent, group, startTime: withBoot(stat.startTicks) }]
  })
}

/** Earlier versions marked by the id alone. */
async function isMarked(pid: number, mark: Readonly<Record<string, string>>): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  const entries = environment.split('\0')
  const value = (name: string) =>
    entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1)
  const folder = value(runFolderVariable) ?? mark[runFolderVariable]
  return value(runIdVariable) === mark[runIdVariable] && folder === mark[runFolderVariable]
}

async function unixProcesses(): Promise<Listed[]> {
  const { stdout } = await execute('ps', ['-axo', 'pid=,ppid=,pgid=,stat=,lstart='], {
    env: psEnvironment(),
    timeout: 10_000,
  })
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, state, ...start] = line.trim().split(/\s+/)
    if (state === undefined || state.startsWith('Z')) return []
    const startTime = start.join(' ')
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), startTime }]
  })
}

async function windowsProcesses(): Promise<Listed[]> {
  const script =
    'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.ParentProcessId) $(if ($_.CreationDate) { $_.CreationDate.ToFileTimeUtc() })" }'
  const { stdout } = await execute(
    'powershell.exe',
    ['-NoProfile', '-NonInteractive', '-Command', script],
    { timeout: 30_000, windowsHide: true, maxBuffer: 16 << 20 },
  )
  return stdout.split(/\r?\n/).flatMap((line) => {
    const [pid, parent, startTime] = line.trim().split(' ')
    if (!pid || !parent || !startTime) return []
    return [{ pid: Number(pid), parent: Number(parent), group: 0, startTime }]
  })
}
