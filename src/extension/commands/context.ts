import * as l10n from '@vscode/l10n'
import { type LogOutputChannel, ProgressLocation, window, workspace } from 'vscode'
import { SlimError } from '../../core/errors'
import type { Detection } from '../../core/yolov5/release'
import type { Activity } from '../activity/activity'
import type { Checkouts } from '../checkouts/checkouts'
import { displayName } from '../contributions'
import type { Program } from '../program/program'
import type { WorkspaceRuns } from '../runs/workspaceRuns'

/** What the commands work with; made once in the composition root. */
export type CommandContext = {
  readonly channel: LogOutputChannel
  readonly checkouts: Checkouts
  readonly runs: WorkspaceRuns
  readonly activity: Activity
  readonly program: Program
}

/**
 * The checkout that a command works on; the user chooses where there are several and none was chosen before.
 *
 * @throws SlimError `detect/not-found`
 */
export async function requireCheckout({ checkouts }: CommandContext): Promise<Detection> {
  await checkouts.search()
  const { selected } = checkouts
  if (selected) return selected
  const folders = workspace.workspaceFolders ?? []
  throw new SlimError(
    'detect/not-found',
    folders.length === 0
      ? l10n.t('No folder is open.')
      : l10n.t(
          'There is no YOLOv5 in {0}: models/yolo.py and train.py were looked for there and two levels below.',
          folders.map(({ uri }) => uri.fsPath).join(', '),
        ),
    l10n.t('Open the folder that holds YOLOv5’s train.py.'),
  )
}

/** Shows in the status bar that something short is going on. */
export function busy<T>(title: string, task: () => Promise<T>): Promise<T> {
  const options = { location: ProgressLocation.Window, title: `${displayName}: ${title}` }
  return Promise.resolve(window.withProgress(options, task))
}
