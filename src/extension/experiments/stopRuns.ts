import * as l10n from '@vscode/l10n'
import { ProgressLocation, window } from 'vscode'
import { isStoppable, type RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { type StopOptions, stopRun } from '../../runs/supervisor'
import type { CommandContext } from '../commands/context'
import type { CommandHandlers } from '../registerCommands'
import { chooseRuns } from './chooseRuns'
import { runDirsOf } from './selection'

type Step = Parameters<NonNullable<StopOptions['onStep']>>[0]

/** Stops runs, and says so only once nothing of them is left. */
export function stopHandlers(context: CommandContext): Pick<CommandHandlers, 'stop'> {
  return {
    stop: async (...args) => {
      // Whoever means a run of another machine is told where it can be stopped.
      const called = runDirsOf(args).length > 0
      const choice = {
        title: l10n.t('Stop which run?'),
        fits: (run: RunSnapshot) => (called ? !isEnded(run.state) : isStoppable(run)),
        none: l10n.t('Nothing is running on this machine.'),
      }
      const alive = await chooseRuns(context.runs, args, choice)
      await Promise.all(alive.map((run) => stopOne(context, run)))
    },
  }
}

async function stopOne({ runs, channel }: CommandContext, run: RunSnapshot): Promise<void> {
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t('Stopping {0}', run.name),
  }
  await window.withProgress(options, async (progress) => {
    const onStep = (step: Step) => progress.report({ message: stepText(step) })
    await stopRun(run.runDir, { onStep })
  })
  channel.info(l10n.t('{0} is stopped.', run.name))
  await runs.touch(run.runDir)
}

function stepText(step: Step): string {
  const texts: Readonly<Record<Step, string>> = {
    ask: l10n.t('asking it to end'),
    insist: l10n.t('insisting'),
    kill: l10n.t('killing it'),
  }
  return texts[step]
}
