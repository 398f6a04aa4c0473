import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { commands, env, ProgressLocation, Uri, window, workspace } from 'vscode'
import type { CommandContext } from '../commands/context'
import { commandIds } from '../contributions'

const lookMs = 1000
/** Runs of the demo whose charts tell the story. */
const shown = ['sparse', 'finetune']

/** The whole loop on drawn shapes, in a folder of the person's choice; its charts open as they come. */
export async function runDemo({ channel, program, activity }: CommandContext): Promise<void> {
  const open = workspace.workspaceFolders?.[0]?.uri
  const [parent] =
    (await window.showOpenDialog({
      title: l10n.t('Folder to put the demo into'),
      openLabel: l10n.t('Run here'),
      ...{ canSelectFiles: false, canSelectFolders: true },
      ...(open ? { defaultUri: open } : {}),
    })) ?? []
  if (!parent) return
  const folder = freeFolder(parent.fsPath)
  channel.info(`${parent.fsPath}> yolov5-slim demo --dir ${folder}`)
  const options = {
    ...{ location: ProgressLocation.Notification, cancellable: true },
    title: l10n.t('YOLOv5 Slim demo, about four minutes'),
  }
  const controller = new AbortController()
  let followed: readonly string[] = []
  const look = async (): Promise<void> => {
    const dirs = shown.map((name) => join(folder, 'runs', name)).filter(isRun)
    if (dirs.length === followed.length) return
    // Only the first opens a page: by the next, the person may be typing elsewhere.
    const options = followed.length === 0 ? {} : { instead: followed }
    for (const dir of dirs) if (!followed.includes(dir)) activity.follow(dir)
    followed = dirs
    await commands.executeCommand(commandIds.openDashboard, dirs[0], dirs, options)
  }
  const timer = setInterval(() => void look(), lookMs)
  try {
    await window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => controller.abort())
      const onLine = (line: string) => {
        channel.info(line)
        if (line.trim() !== '') progress.report({ message: line.slice(0, 90) })
      }
      await program.run(['demo', '--dir', folder], parent.fsPath, onLine, [0], controller.signal)
    })
  } catch (error) {
    if (controller.signal.aborted) return
    throw error
  } finally {
    clearInterval(timer)
  }
  await look()
  const report = l10n.t('Open report')
  const openIt = l10n.t('Open folder')
  const text = l10n.t(
    'The demo is done: its report has what the channels cost, and what finetuning brought back.',
  )
  const choice = await window.showInformationMessage(text, report, openIt)
  if (choice === report) await env.openExternal(Uri.file(join(folder, 'report.html')))
  if (choice === openIt) await commands.executeCommand('vscode.openFolder', Uri.file(folder))
}

function isRun(dir: string): boolean {
  return existsSync(join(dir, 'slim', 'run.json'))
}

function freeFolder(parent: string): string {
  for (let n = 1; ; n++) {
    const path = join(parent, `yolov5-slim-demo${n === 1 ? '' : n}`)
    if (!existsSync(path)) return path
  }
}
