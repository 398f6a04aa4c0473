import * as l10n from '@vscode/l10n'
import * as v from 'valibot'
import { peekOwnFlags } from '../../engines/common/flags'
import { engines } from '../../engines/common/ownFlags'
import { submitRun } from '../../engines/common/submitRun'
import { prepareStage } from '../../engines/prepareStage'
import { handOver, identityOf, startSubmitted } from '../../runs/queue/queue'
import type { Program } from '../program/program'
import type { FormOrder } from './session'

/** What a started stage is followed by. */
export type Launched = { readonly runDir: string; readonly notes: readonly string[] }

/**
 * Starts a stage as a run that outlives the window: at once, or when its devices are free where the words ask to wait.
 *
 * @throws SlimError what `prepareStage` and `startRun` throw
 */
export async function launchStage(order: FormOrder, program: Program): Promise<Launched> {
  const { stage, place, words } = order
  if (stage === 'prune') throw new Error('a prune is planned in its preview')
  if (stage === 'loop') return launchLoop(order, program)
  const { root, detection, hasCheckout } = place
  const args = words.slice(1)
  const own = peekOwnFlags(args)
  const launch = await prepareStage({
    ...{ stage, args, cwd: root, commandLine: words },
    detection: hasCheckout ? detection : undefined,
    engine: engines.find((engine) => engine === own.engine) ?? 'auto',
    namesPython: own.python !== undefined,
    ...{ planner: program.planner, runner: program.runner, builtin: program.builtin },
    slimVersion: program.version,
  })
  const submission = await submitRun(launch, own.queue === true)
  if (submission.ahead.length > 0) {
    await handOver(identityOf(launch), program.waiter, process.pid)
  } else {
    const run = await startSubmitted(submission)
    run.release()
  }
  return { runDir: launch.runDir, notes: launch.notes ?? [] }
}

const loopStarted = v.object({ runDir: v.string(), log: v.string() })

/** All stages, in a process of the program's own that goes on whatever becomes of the editor. */
async function launchLoop({ place, words }: FormOrder, program: Program): Promise<Launched> {
  const answer = await program.json([...words, '--detach', '--json'], place.root)
  const { runDir, log } = v.parse(loopStarted, answer)
  return { runDir, notes: [l10n.t('What the stages say: {0}', log)] }
}
