import * as l10n from '@vscode/l10n'
import { ProgressLocation, window } from 'vscode'
import type { RunSnapshot } from '../../runs/snapshot'
import { type StopOptions, stopRun } from '../../runs/supervisor'
import { collectRunItems } from '../activity/collect'
import { showLine } from '../notify'
import type { CommandContext } from './context'

type Step = Parameters<NonNullable<StopOptions['onStep']>>[0]

/** Stops a run under way: the only one, or the one that the user chooses. */
export async function stop({ activity, channel }: CommandContext): Promise<void> {
  const run = await chooseRun(activity.alive)
  if (run === 'none') {
    showLine(channel, { level: 'info', text: l10n.t('Nothing is running.') })
    return
  }
  if (!run) return
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t('Stopping {0}', run.name),
  }
  await window.withProgress(options, async (progress) => {
    const onStep = (step: Step) => progress.report({ message: stepText(step) })
    await stopRun(run.runDir, { onStep })
  })
  showLine(channel, { level: 'info', text: l10n.t('{0} is stopped.', run.name) })
}

async function chooseRun(alive: readonly RunSnapshot[]): Promise<RunSnapshot | 'none' | undefined> {
  const [only, another] = alive
  if (!only) return 'none'
  if (!another) return only
  const title = l10n.t('Stop which run?')
  return (await window.showQuickPick(collectRunItems(alive), { title }))?.run
}

function stepText(step: Step): string {
  const texts: Readonly<Record<Step, string>> = {
    ask: l10n.t('asking it to end'),
    insist: l10n.t('insisting'),
    kill: l10n.t('killing it'),
  }
  return texts[step]
}
