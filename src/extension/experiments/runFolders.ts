import { basename, dirname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { commands, env, FileSystemError, Uri, ViewColumn, window, workspace } from 'vscode'
import { shellLine, slimLine } from '../../runs/format/shellLine'
import { renameRun } from '../../runs/rename'
import type { RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { runFiles } from '../../runs/store'
import { stopRun } from '../../runs/supervisor'
import type { CommandContext } from '../commands/context'
import type { CommandHandlers } from '../registerCommands'
import { chooseRuns } from './chooseRuns'
import { runNameFault } from './runName'
import { runDirsOf } from './selection'

type FolderCommand = 'openRunFolder' | 'copyCommand' | 'renameRun' | 'deleteRun' | 'showLog'

/** What is done with the files of runs. */
export function folderHandlers(context: CommandContext): Pick<CommandHandlers, FolderCommand> {
  const { runs, channel } = context
  const any = {
    title: l10n.t('Choose a run'),
    fits: () => true,
    none: l10n.t('There are no runs yet: train, or run the demo.'),
  }
  const ended = {
    ...any,
    fits: ({ state }: RunSnapshot) => isEnded(state),
    none: l10n.t('No run has ended yet.'),
  }
  const still = {
    ...ended,
    fits: ({ state }: RunSnapshot) => isEnded(state) || state === 'queued',
  }
  return {
    openRunFolder: async (...args) => {
      const [run] = await chooseRuns(runs, args, any)
      if (run) await reveal(run.runDir)
    },
    copyCommand: async (...args) => {
      const chosen = await chooseRuns(runs, args, any)
      if (chosen.length === 0) return
      await env.clipboard.writeText(chosen.map(commandOf).join('\n'))
      window.setStatusBarMessage(l10n.t('Copied to the clipboard'), 3000)
    },
    showLog: async (...args) => {
      const [runDir] = runDirsOf(args)
      if (runDir === undefined) channel.show(true)
      else await showOutput(runDir)
    },
    renameRun: async (...args) => {
      const [run] = await chooseRuns(runs, args, ended)
      if (run) await rename(context, run)
    },
    deleteRun: async (...args) => {
      const chosen = await chooseRuns(runs, args, still)
      if (chosen.length > 0) await remove(context, chosen)
    },
  }
}

/** A line that does the same again, wherever the shell is. */
function commandOf({ manifest }: RunSnapshot): string {
  // Windows PowerShell 5 knows no `&&`.
  const then = process.platform === 'win32' ? '; ' : ' && '
  return shellLine(['cd', manifest.cwd]) + then + slimLine(manifest.commandLine)
}

async function reveal(path: string): Promise<void> {
  const uri = Uri.file(path)
  // Where the window is on another machine, only its explorer can show the folder.
  const here = workspace.getWorkspaceFolder(uri) !== undefined
  await commands.executeCommand(here ? 'revealInExplorer' : 'revealFileInOS', uri)
}

async function showOutput(runDir: string): Promise<void> {
  const uri = Uri.file(runFiles(runDir).output)
  try {
    const document = await workspace.openTextDocument(uri)
    await window.showTextDocument(document, { preview: true, viewColumn: ViewColumn.Active })
  } catch {
    window.showInformationMessage(
      l10n.t('{0} has written no output: {1} is not there.', basename(runDir), uri.fsPath),
    )
  }
}

async function rename({ runs }: CommandContext, run: RunSnapshot): Promise<void> {
  const name = await window.showInputBox({
    title: l10n.t('Rename {0}', run.name),
    prompt: l10n.t('The run folder gets this name; lineage and paths follow.'),
    value: run.name,
    validateInput: (value) => runNameFault(dirname(run.runDir), run.name, value),
  })
  if (name === undefined || name === run.name) return
  const target = join(dirname(run.runDir), name)
  await renameRun(run.runDir, name, runs.all)
  await runs.move({ from: run.runDir, to: target })
}

async function remove({ runs }: CommandContext, chosen: readonly RunSnapshot[]): Promise<void> {
  const [first] = chosen
  const move = l10n.t('Move to Trash')
  const text =
    chosen.length === 1
      ? l10n.t('Delete {0} with everything in its folder?', first?.name ?? '')
      : l10n.t('Delete {0} runs with everything in their folders?', chosen.length)
  const detail = chosen.map(({ runDir }) => runDir).join('\n')
  if ((await window.showWarningMessage(text, { modal: true, detail }, move)) !== move) return
  for (const { runDir, state } of chosen) {
    if (state === 'queued') await stopRun(runDir)
    if (!(await toTrash(runDir))) return
    await runs.touch(runDir)
  }
}

/** Servers have no trash: there it asks once more. */
async function toTrash(runDir: string): Promise<boolean> {
  const uri = Uri.file(runDir)
  try {
    await workspace.fs.delete(uri, { recursive: true, useTrash: true })
    return true
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'FileNotFound') return true
    const forever = l10n.t('Delete Permanently')
    const text = l10n.t('{0} cannot be moved to the trash.', runDir)
    if ((await window.showWarningMessage(text, { modal: true }, forever)) !== forever) return false
    await workspace.fs.delete(uri, { recursive: true, useTrash: false })
    return true
  }
}
