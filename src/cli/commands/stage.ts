import { dirname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { type OwnFlags, peekOwnFlags } from '../../engines/common/flags'
import { engines } from '../../engines/common/ownFlags'
import { prepareStage } from '../../engines/prepareStage'
import { slimLine } from '../../runs/format/shellLine'
import type { Submission } from '../../runs/queue/queue'
import { findRun } from '../../runs/store'
import type { LaunchSpec, StartedRun } from '../../runs/supervisor'
import type { ScriptStage, StageCommand } from '../aliases'
import { optionalCheckout, requireCheckout } from '../checkout'
import { reportError, usageError } from '../errors'
import { followRun } from '../followRun'
import { detachQueued, startInQueue, submitInQueue } from '../queue'
import { stageHelpLines } from '../stageHelp'
import { errColors, exitCodes, outColors, print, printAside, printJson } from '../terminal'
import { slimVersion } from '../version'

/** The bundled program itself; the runner lies beside it. */
const program = __filename

/**
 * `train`, `sparse`, `finetune`, `val`: everything is checked first, then the run starts and is followed, or left
 * alone with `--detach`.
 *
 * @param typed the words after the program name, for the run's manifest
 */
export async function runStage(command: StageCommand, typed: readonly string[]): Promise<number> {
  return (await launchStage(command, typed)).code
}

export type LaunchOptions = {
  /** With the built-in engine: no checkout counts, though the folder may hold one. */
  readonly aloof?: boolean
  /** Told of the run once it is started or queued. */
  readonly onRun?: (run: { readonly id: string; readonly runDir: string }) => void
}

export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h')
}

export async function printHelp(
  command: ScriptStage | 'loop',
  args: readonly string[],
): Promise<void> {
  const { checkout } = peekQuietly(args)
  const found = await optionalCheckout(process.cwd(), checkout).catch(() => undefined)
  print(...stageHelpLines(command, found))
}

/**
 * The same, and the folder of the run where one was started.
 */
export async function launchStage(
  { stage, args, notes }: StageCommand,
  typed: readonly string[],
  { aloof = false, onRun }: LaunchOptions = {},
): Promise<{ readonly code: number; readonly runDir?: string }> {
  if (asksForHelp(args)) {
    await printHelp(stage, args)
    return { code: exitCodes.ok }
  }
  const own = peekOwnFlags(args)
  if (own.engine !== undefined && !engines.some((engine) => engine === own.engine)) {
    throw usageError(
      'unknown-engine',
      l10n.t('--engine {0}: there is no such engine.', own.engine),
      l10n.t('Use --engine pytorch, builtin or auto, or leave it out.'),
    )
  }
  const { launch, release } = await prepare({ stage, args }, own, typed, aloof)
  for (const note of [...notes, ...(launch.notes ?? [])]) {
    printAside(`${errColors.cyan(l10n.t('note:'))} ${note}`)
  }
  const submission = await submitInQueue(launch, own.queue === true)
  onRun?.({ id: launch.manifest.id, runDir: launch.runDir })
  if (own.detach && submission.ahead.length > 0) {
    const { id } = launch.manifest
    await detachQueued(submission)
    if (own.json) printJson({ id, runDir: launch.runDir, pid: null })
    else print(`${id}  ${launch.runDir}`)
    return { code: exitCodes.ok, runDir: launch.runDir }
  }
  const started = await start(submission)
  if (typeof started === 'number') return { code: started }
  const { runDir } = started
  const { id, process: leader } = started.manifest
  if (own.detach) {
    started.release()
    if (own.json) printJson({ id, runDir, pid: leader?.pid ?? null })
    else {
      print(`${id}  ${runDir}`)
      const stop = slimLine(['stop', await referenceFromHere(id, runDir)])
      printAside(l10n.t('it goes on by itself; end it with: {0}', stop))
    }
    return { code: exitCodes.ok, runDir }
  }
  const head =
    release === undefined
      ? l10n.t('{0} with the built-in engine in {1}', stage, runDir)
      : l10n.t('{0} of YOLOv5 {1} in {2}', stage, release, runDir)
  if (own.json) printAside(head)
  else print(outColors.bold(head))
  try {
    return { code: await followRun(started, own.json ? 'json' : 'text'), runDir }
  } catch (error) {
    reportError(error)
    return { code: exitCodes.failed, runDir }
  }
}

/** A stage that is ready to start, and the release of the checkout that it is of. */
type Prepared = { readonly launch: LaunchSpec; readonly release: string | undefined }

async function prepare(
  { stage, args }: Pick<StageCommand, 'stage' | 'args'>,
  own: OwnFlags,
  typed: readonly string[],
  aloof: boolean,
): Promise<Prepared> {
  const cwd = process.cwd()
  const engine = engines.find((one) => one === own.engine) ?? 'auto'
  const detection =
    engine === 'pytorch'
      ? await requireCheckout(cwd, own.checkout)
      : aloof
        ? undefined
        : await optionalCheckout(cwd, own.checkout)
  const launch = await prepareStage({
    ...{ stage, args, cwd, commandLine: typed, slimVersion, detection, engine },
    namesPython: own.python !== undefined,
    planner: [process.execPath, program, 'internal-plan'],
    runner: join(dirname(program), 'runner', 'main.py'),
    builtin: join(dirname(program), 'builtin', 'main.cjs'),
  })
  return { launch, release: detection?.release }
}

/** From here on it is the run that fails, not the command line. */
async function start(submission: Submission): Promise<StartedRun | number> {
  try {
    return (await startInQueue(submission)) ?? exitCodes.interrupted
  } catch (error) {
    reportError(error)
    return exitCodes.failed
  }
}

/** What `stop` finds a run by from here: its id where `runs` lists it, else its folder. */
async function referenceFromHere(id: string, runDir: string): Promise<string> {
  try {
    const cwd = process.cwd()
    const root = (await optionalCheckout(cwd))?.root ?? cwd
    const { manifest } = await findRun(root, id)
    return manifest.id === id ? id : runDir
  } catch {
    return runDir
  }
}

/** Help is given whatever else is wrong with the command line. */
function peekQuietly(args: readonly string[]): { readonly checkout?: string } {
  try {
    return peekOwnFlags(args)
  } catch {
    return {}
  }
}
