import { peekOwnFlags } from '../../engines/common/flags'
import { engines } from '../../engines/common/ownFlags'
import { submitRun } from '../../engines/common/submitRun'
import { prepareStage } from '../../engines/prepareStage'
import { handOver, startSubmitted } from '../../runs/queue/queue'
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
    await handOver(launch.manifest.id, program.waiter, process.pid)
  } else {
    const run = await startSubmitted(submission)
    run.release()
  }
  return { runDir: launch.runDir, notes: launch.notes ?? [] }
}

/** All stages, in a process of the program's own that goes on whatever becomes of the editor. */
async function launchLoop({ place, words }: FormOrder, program: Program): Promise<Launched> {
  const lines: string[] = []
  await program.run([...words, '--detach', '--json'], place.root, (line) => lines.push(line))
  for (const line of lines) {
    const runDir = runDirIn(line)
    if (runDir !== undefined) {
      return { runDir, notes: lines.filter((other) => other !== line) }
    }
  }
  throw new Error(`loop did not say where it runs: ${lines.join('\n')}`)
}

function runDirIn(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined
  const value: unknown = JSON.parse(line)
  return typeof value === 'object' && value !== null && 'runDir' in value
    ? String(value.runDir)
    : undefined
}
