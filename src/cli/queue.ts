import * as l10n from '@vscode/l10n'
import { submitRun } from '../engines/common/submitRun'
import {
  adoptAbandoned,
  handOver,
  identityOf,
  type Submission,
  startInTurn,
  startSubmitted,
} from '../runs/queue/queue'
import type { LaunchSpec, StartedRun } from '../runs/supervisor'
import { stopRun } from '../runs/supervisor'
import { exitCodes, printAside } from './terminal'

/** argv of the process that waits for a queued run on its own. */
export const waiter: readonly string[] = [process.execPath, __filename, 'internal-queue']

/** Sees to queued runs whose waiting process is gone, as after a restart; nothing fails where it cannot. */
export async function takeUpQueued(): Promise<void> {
  await adoptAbandoned(waiter).catch(() => undefined)
}

/** Claims the devices of a prepared run; one that waits does so behind those that came before and lost their waiter. */
export async function submitInQueue(launch: LaunchSpec, wait: boolean): Promise<Submission> {
  if (wait) await takeUpQueued()
  return submitRun(launch, wait)
}

/**
 * Starts a run now, or when its turn has come; says what it waits for. Ctrl-C while it waits takes it out of the queue.
 *
 * @returns undefined when it left the queue without starting
 * @throws SlimError what `startRun` throws
 */
export async function startInQueue(submission: Submission): Promise<StartedRun | undefined> {
  const { ahead, shares, launch, runDir, devices } = submission
  if (shares.length > 0) {
    const shared = devices.filter((device) => shares.some((run) => run.devices.includes(device)))
    const names = shares.map((run) => run.runDir).join(', ')
    printAside(l10n.t('sharing {0} with {1}; --queue waits for its turn', shared.join(', '), names))
  }
  if (ahead.length === 0) return startSubmitted(submission)
  const leave = () => void stopRun(runDir).catch(() => process.exit(exitCodes.interrupted))
  process.on('SIGINT', leave)
  process.on('SIGTERM', leave)
  try {
    return await startInTurn(identityOf(launch), {
      onAhead: (runs) => {
        const names = runs.map((run) => run.runDir).join(', ')
        printAside(l10n.t('waiting for {0}, after {1}', devices.join(', '), names))
      },
    })
  } finally {
    process.off('SIGINT', leave)
    process.off('SIGTERM', leave)
  }
}

/** `--detach` of a run that has to wait: a process of its own waits for it. */
export async function detachQueued({ launch, ahead }: Submission): Promise<void> {
  await handOver(identityOf(launch), waiter, process.pid)
  printAside(l10n.t('it is queued and starts by itself; runs ahead of it: {0}', ahead.length))
}
