import type { CommandContext } from '../commands/context'
import { exportHandlers } from './exportRuns'
import { folderHandlers } from './runFolders'
import { startHandlers } from './startRuns'
import { stopHandlers } from './stopRuns'

/** What the rows of the experiments tree can do, each also without a row: then the person chooses. */
export function runHandlers(context: CommandContext) {
  return {
    ...startHandlers(context),
    ...stopHandlers(context),
    ...folderHandlers(context),
    ...exportHandlers(context),
  }
}
