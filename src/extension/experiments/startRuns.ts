import { existsSync } from 'node:fs'
import * as l10n from '@vscode/l10n'
import { commands, Uri } from 'vscode'
import { detectCheckout } from '../../core/yolov5/detect'
import { peekOwnFlags } from '../../engines/common/flags'
import { submitRun } from '../../engines/common/submitRun'
import { prepareStage } from '../../engines/prepareStage'
import { slimLine } from '../../runs/format/shellLine'
import { handOver, identityOf, startSubmitted } from '../../runs/queue/queue'
import type { RunSnapshot } from '../../runs/snapshot'
import { busy, type CommandContext } from '../commands/context'
import { askScript } from '../commands/script'
import { waitsForTurn } from '../common/queueing'
import { commandIds } from '../contributions'
import { pythonSettings } from '../python/interpreter'
import type { CommandHandlers } from '../registerCommands'
import { rootOfRun } from '../runs/rootOfRun'
import { chooseRuns } from './chooseRuns'
import { type Relaunch, resumeArguments, retryArguments, scriptWords } from './relaunch'
import { assumedFacts, collectTags, type RunTag } from './tags'

/** Starts runs again: where they broke off, or from the beginning. */
export function startHandlers(context: CommandContext): Pick<CommandHandlers, 'resume' | 'retry'> {
  return {
    resume: async (...args) => {
      const choice = {
        title: l10n.t('Resume which run?'),
        fits: has('resume'),
        none: l10n.t('There is no run that broke off and could be resumed from a checkpoint.'),
      }
      for (const run of await chooseRuns(context.runs, args, choice)) {
        await launch(context, run, resumeArguments(run.runDir, run.manifest))
      }
    },
    retry: async (...args) => {
      const choice = {
        title: l10n.t('Retry which run?'),
        fits: has('retry'),
        none: l10n.t('There is no run that broke off and could be started again.'),
      }
      for (const run of await chooseRuns(context.runs, args, choice)) {
        if (run.manifest.engine === 'scripts') {
          await askScript(context, await rootOf(context, run), scriptWords(run.manifest))
        } else {
          await launch(context, run, retryArguments(run.manifest))
        }
      }
    },
  }
}

export const has = (tag: RunTag) => (run: RunSnapshot) =>
  collectTags(run, assumedFacts(run)).includes(tag)

async function rootOf({ checkouts }: CommandContext, run: RunSnapshot): Promise<string> {
  await checkouts.search()
  return rootOfRun(run, checkouts)
}

async function launch(
  context: CommandContext,
  run: RunSnapshot,
  { stage, args }: Relaunch,
): Promise<void> {
  const { channel, program, activity } = context
  const { manifest, name } = run
  const root = await rootOf(context, run)
  const cwd = existsSync(manifest.cwd) ? manifest.cwd : root
  const folder = Uri.file(root)
  const words = [stage, ...args]
  channel.info(`${cwd}> ${slimLine(words)}`)
  const runDir = await busy(l10n.t('starting {0}', name), async () => {
    const detection = manifest.checkout ? await detectCheckout(root) : undefined
    const python = await pythonSettings(folder)
    const own = peekOwnFlags(args)
    const prepared = await prepareStage({
      ...{ stage, args, cwd, commandLine: words, detection, pythonSettings: python },
      engine: manifest.engine === 'builtin' ? 'builtin' : 'pytorch',
      namesPython: own.python !== undefined || python.configured !== undefined,
      ...{ planner: program.planner, runner: program.runner, builtin: program.builtin },
      slimVersion: program.version,
    })
    for (const note of prepared.notes ?? []) channel.info(note)
    const submission = await submitRun(prepared, waitsForTurn(folder))
    if (submission.ahead.length > 0) {
      await handOver(identityOf(prepared), program.waiter, process.pid)
    } else {
      const started = await startSubmitted(submission)
      started.release()
    }
    return prepared.runDir
  })
  activity.follow(runDir)
  await commands.executeCommand(commandIds.openDashboard, runDir)
}
