import * as l10n from '@vscode/l10n'
import { window, workspace } from 'vscode'
import type { RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import type { Activity } from '../activity/activity'
import { collectRunItems } from '../activity/collect'
import type { Checkouts } from '../checkouts/checkouts'

/** Where a dashboard finds runs that it was not called on. */
export type RunSource = { readonly activity: Activity; readonly checkouts: Checkouts }

/** Every run of the workspace, newest first. */
export async function allRuns({ activity, checkouts }: RunSource): Promise<RunSnapshot[]> {
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)
  const roots = new Set([...checkouts.all.map(({ root }) => root), ...folders])
  const found = new Map<string, RunSnapshot>()
  for (const root of roots) {
    for (const run of await activity.runs(root)) found.set(run.runDir, run)
  }
  return [...found.values()].sort((a, b) => b.manifest.createdAt - a.manifest.createdAt)
}

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
