import { startInTurn } from '../../runs/queue/queue'
import { exitCodes } from '../terminal'

/**
 * Waits for a queued run's turn, starts it, and stays until it has ended, so that a silent end is put on record. Runs
 * detached and speaks to nobody: what goes wrong is in the run's log.
 */
export async function internalQueue(id: string, runDir: string): Promise<number> {
  const run = await startInTurn({ id, runDir }).catch(() => undefined)
  await run?.exited
  return exitCodes.ok
}
