import { window } from 'vscode'
import { type RunSnapshot, readRun } from '../../runs/snapshot'
import { collectRunItems } from '../activity/collect'
import type { WorkspaceRuns } from '../runs/workspaceRuns'
import { runDirsOf } from './selection'

export type Choice = {
  readonly title: string
  /** Which runs are offered where the command was called on none. */
  readonly fits: (run: RunSnapshot) => boolean
}

/** The runs that a command was called on, as they are now; else the one that the person chooses. Empty: none. */
export async function chooseRuns(
  runs: WorkspaceRuns,
  args: readonly unknown[],
  { title, fits }: Choice,
): Promise<readonly RunSnapshot[]> {
  const dirs = runDirsOf(args)
  if (dirs.length > 0) return Promise.all(dirs.map(readRun))
  if (!runs.ready) await runs.refresh()
  const fitting = runs.all.filter(fits)
  const [only, another] = fitting
  if (!only) return []
  if (!another) return [only]
  const picked = await window.showQuickPick(collectRunItems(fitting), {
    title,
    matchOnDescription: true,
  })
  return picked ? [picked.run] : []
}
