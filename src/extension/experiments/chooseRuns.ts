import { window } from 'vscode'
import { type RunSnapshot, readRun } from '../../runs/snapshot'
import { collectRunItems } from '../activity/collect'
import type { WorkspaceRuns } from '../runs/workspaceRuns'
import { runDirsOf } from './selection'

export type Choice = {
  readonly title: string
  /** Which runs the command can be called on: a button of a row calls it on all that are selected. */
  readonly fits: (run: RunSnapshot) => boolean
  /** Said where there is none. */
  readonly none: string
}

/**
 * The runs that a command was called on, as they are now; else the one that the person chooses. Only such as fit. Empty:
 * none, which was said, or nothing was chosen.
 */
export async function chooseRuns(
  runs: WorkspaceRuns,
  args: readonly unknown[],
  { title, fits, none }: Choice,
): Promise<readonly RunSnapshot[]> {
  const dirs = runDirsOf(args)
  const called = dirs.length > 0
  if (!called && !runs.ready) await runs.refresh()
  const fitting = (called ? await Promise.all(dirs.map(readRun)) : runs.all).filter(fits)
  if (fitting.length === 0) window.showInformationMessage(none)
  if (called || fitting.length < 2) return fitting
  const picked = await window.showQuickPick(collectRunItems(fitting), {
    title,
    matchOnDescription: true,
  })
  return picked ? [picked.run] : []
}
