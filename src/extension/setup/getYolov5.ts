import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import * as v from 'valibot'
import { commands, ProgressLocation, type QuickPickItem, Uri, window, workspace } from 'vscode'
import { isBelow } from '../../core/disk/isBelow'
import { type Release, releases } from '../../core/yolov5/release'
import type { CommandContext } from '../commands/context'
import { showLine } from '../notify'
import { cloneRelease, type GitOptions, offeredReleases, progressOf, switchRelease } from './git'

const given = v.object({ root: v.string(), release: v.picklist(releases) })

type Choice = QuickPickItem & { readonly root?: string }

/** Clones a release, or switches a clone to it; a quick fix says which of both, for what. */
export async function getYolov5(context: CommandContext, args: readonly unknown[]): Promise<void> {
  const asked = v.safeParse(given, args[0])
  if (asked.success) return switchTo(context, asked.output.root, asked.output.release)
  await context.checkouts.search()
  const choices: readonly Choice[] = [
    { label: `$(cloud-download) ${l10n.t('Clone into a folder…')}` },
    ...context.checkouts.all.map(({ root, release }) => ({
      label: `$(git-branch) ${l10n.t('Switch this clone to another release…')}`,
      description: `YOLOv5 ${release}`,
      detail: root,
      root,
    })),
  ]
  const title = l10n.t('Get YOLOv5')
  const choice = choices.length === 1 ? choices[0] : await window.showQuickPick(choices, { title })
  if (!choice) return
  const release = await chooseRelease(title)
  if (!release) return
  if (choice.root !== undefined) return switchTo(context, choice.root, release)
  await cloneTo(context, release)
}

async function chooseRelease(title: string): Promise<Release | undefined> {
  const items = offeredReleases.map((release) => ({
    label: release,
    description: release === 'master' ? l10n.t('what came after v7.0') : '',
  }))
  const picked = await window.showQuickPick(items, {
    title,
    placeHolder: l10n.t('Which release? v7.0 is the newest with a number.'),
  })
  return offeredReleases.find((release) => release === picked?.label)
}

async function cloneTo(context: CommandContext, release: Release): Promise<void> {
  const open = workspace.workspaceFolders?.[0]?.uri
  const [parent] =
    (await window.showOpenDialog({
      title: l10n.t('Folder to put YOLOv5 into'),
      openLabel: l10n.t('Clone here'),
      ...{ canSelectFiles: false, canSelectFolders: true },
      ...(open ? { defaultUri: open } : {}),
    })) ?? []
  if (!parent) return
  const plain = join(parent.fsPath, 'yolov5')
  const folder = existsSync(plain) ? join(parent.fsPath, `yolov5-${release}`) : plain
  const done = await withGit(context, l10n.t('Getting YOLOv5 {0}', release), (options) =>
    cloneRelease(release, folder, options),
  )
  if (!done) return
  await context.checkouts.search()
  const folders = workspace.workspaceFolders ?? []
  if (folders.some(({ uri }) => uri.fsPath === parent.fsPath || isBelow(uri.fsPath, folder))) {
    showLine(context.channel, {
      level: 'info',
      text: l10n.t('YOLOv5 {0} is in {1}', release, folder),
    })
    return
  }
  const openIt = l10n.t('Open folder')
  const text = l10n.t('YOLOv5 {0} is in {1}', release, folder)
  if ((await window.showInformationMessage(text, openIt)) === openIt) {
    await commands.executeCommand('vscode.openFolder', Uri.file(folder))
  }
}

async function switchTo(context: CommandContext, root: string, release: Release): Promise<void> {
  const title = l10n.t('Switching {0} to {1}', root, release)
  const done = await withGit(context, title, (options) => switchRelease(root, release, options))
  if (!done) return
  await context.checkouts.search()
  showLine(context.channel, {
    level: 'info',
    text: l10n.t('{0} is YOLOv5 {1} now.', root, release),
  })
}

/** Runs git with its progress shown and its words in the log; false when it was cancelled. */
async function withGit(
  { channel }: CommandContext,
  title: string,
  work: (options: GitOptions) => Promise<void>,
): Promise<boolean> {
  const options = { location: ProgressLocation.Notification, title, cancellable: true }
  return window.withProgress(options, async (progress, token) => {
    const controller = new AbortController()
    token.onCancellationRequested(() => controller.abort())
    const onLine = (line: string) => {
      const at = progressOf(line)
      if (at) progress.report({ message: `${at.what} ${at.percent} %` })
      else channel.info(`git: ${line}`)
    }
    try {
      await work({ signal: controller.signal, onLine })
      return true
    } catch (error) {
      if (controller.signal.aborted) return false
      throw error
    }
  })
}
