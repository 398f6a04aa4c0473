import * as l10n from '@vscode/l10n'
import { window } from 'vscode'
import type { RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { collectRunItems } from '../activity/collect'

/** The run that a person most likely means: the newest under way, else the newest. */
export function likeliest(runs: readonly RunSnapshot[]): RunSnapshot | undefined {
  return runs.find(({ state }) => !isEnded(state)) ?? runs[0]
}

/** Asks for runs to compare; undefined when the person backed out. */
export async function pickRuns(
  runs: readonly RunSnapshot[],
  picked: readonly string[],
): Promise<readonly string[] | undefined> {
  const items = collectRunItems(runs).map((item) => ({
    ...item,
    picked: picked.includes(item.run.runDir),
  }))
  const chosen = await window.showQuickPick(items, {
    title: l10n.t('Compare runs'),
    placeHolder: l10n.t('Choose the runs to be drawn in one chart'),
    canPickMany: true,
    matchOnDescription: true,
  })
  return chosen?.map(({ run }) => run.runDir)
}
