import type { ChildProcess } from 'node:child_process'
import * as l10n from '@vscode/l10n'

/**
 * A run's process does nothing before its manifest names it: it waits at its stdin for a byte. Should whoever starts
 * it die before, stdin ends, and so does the process; else it would train on with nobody able to see or stop it. Where
 * this environment variable is set, somebody is there who opens. The Python runner's half is `slim_runner/gate.py`.
 */
export const gateVariable = 'YOLOV5_SLIM_GATE'

/** One byte for each process that torch's launcher may start on a machine; they share their stdin. */
const bytes = 64

/** Lets a process begin. */
export function openGate({ stdin }: ChildProcess): void {
  // One that is gone by now reads nothing.
  stdin?.on('error', () => undefined).end('\n'.repeat(bytes))
}

/** Lets a process end without having begun. */
export function closeGate({ stdin }: ChildProcess): void {
  stdin?.on('error', () => undefined).destroy()
}

/** Waits until this process may begin; does not return where it may not. */
export async function passGate(): Promise<void> {
  if (process.env[gateVariable] === undefined) return
  // What this process starts has nothing to wait for.
  delete process.env[gateVariable]
  const { stdin } = process
  const open = await new Promise<boolean>((resolve) => {
    stdin.once('data', () => resolve(true))
    stdin.once('end', () => resolve(false))
    // Nothing that can be read is no reason not to train.
    stdin.once('error', () => resolve(true))
  })
  stdin.destroy()
  if (open) return
  console.error(l10n.t('Not begun: whoever was starting this run was gone, or it was stopped.'))
  process.exit(1)
}
