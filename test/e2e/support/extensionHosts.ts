import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parseStat } from '../../../src/runs/processIdentity'

/** Pids of the extension hosts of a workspace's session, which alone has its queue in their environment; none but on Linux. */
export function extensionHosts(workspace: string): readonly number[] {
  const found = processesWith(`YOLOV5_SLIM_QUEUE=${workspace}/.queue`).filter((pid) =>
    read(pid, 'cmdline').includes('--type=extensionHost'),
  )
  // What a host is about to start is, for a moment, a copy of the host.
  return found.filter((pid) => !found.includes(parseStat(read(pid, 'stat'))?.parent ?? 0))
}

/** Pids of all that computes for a run, whether or not its files name them; none but on Linux. */
export function runProcesses(runDir: string): readonly number[] {
  return processesWith(`YOLOV5_SLIM_RUN_DIR=${runDir}`)
}

/** Pids of the processes that have this in their environment. */
function processesWith(variable: string): readonly number[] {
  if (!existsSync('/proc')) return []
  const mark = Buffer.from(variable).toString('latin1')
  return readdirSync('/proc')
    .filter((pid) => read(pid, 'environ').split('\0').includes(mark))
    .map(Number)
}

/** Processes come and go while one looks. */
function read(pid: string | number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
