import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { env, Uri, window, workspace } from 'vscode'
import { startTensorBoard, type TensorBoard } from '../../engines/tensorboard/server'
import { busy, type CommandContext } from '../commands/context'
import { DisposableList } from '../common/disposable'
import { pythonSettings } from '../python/interpreter'
import type { CommandHandlers } from '../registerCommands'

/**
 * The TensorBoards that this window started, one a folder: started once, used again, ended with the window. It runs
 * where the runs are; VS Code forwards its port to where the person is.
 */
export class TensorBoards extends DisposableList {
  private readonly boards = new Map<string, Promise<TensorBoard>>()

  constructor(private readonly context: CommandContext) {
    super()
    this.track({ dispose: () => this.endAll() })
  }

  readonly handlers: Pick<CommandHandlers, 'openTensorBoard'> = {
    // The tree's toolbar calls it on the row that was clicked last, which is not meant.
    openTensorBoard: async () => {
      const logdir = await this.chooseFolder()
      if (logdir !== undefined) await this.open(logdir)
    },
  }

  private async open(logdir: string): Promise<void> {
    const board = await busy(l10n.t('starting TensorBoard'), () => this.boardOf(logdir))
    this.context.channel.info(`TensorBoard ${board.url} ${logdir}`)
    await env.openExternal(await env.asExternalUri(Uri.parse(board.url)))
  }

  private boardOf(logdir: string): Promise<TensorBoard> {
    const known = this.boards.get(logdir)
    if (known) return known
    const started = this.start(logdir)
    this.boards.set(logdir, started)
    const forget = (): void => {
      if (this.boards.get(logdir) === started) this.boards.delete(logdir)
    }
    started.then(({ ended }) => ended.then(forget), forget)
    return started
  }

  private async start(logdir: string): Promise<TensorBoard> {
    const { configured, active } = await pythonSettings(Uri.file(logdir))
    return startTensorBoard({
      logdir,
      python: {
        ...(configured === undefined ? {} : { setting: configured }),
        ...(active === undefined ? {} : { active }),
      },
    })
  }

  private async chooseFolder(): Promise<string | undefined> {
    const { checkouts, runs } = this.context
    const root = checkouts.selected?.root ?? workspace.workspaceFolders?.[0]?.uri.fsPath
    const all = root === undefined ? [] : [folderItem(l10n.t('All runs'), join(root, 'runs'))]
    const each = runs.all.map(({ name, runDir }) => folderItem(name, runDir))
    const browse = {
      label: `$(folder-opened) ${l10n.t('Browse…')}`,
      logdir: undefined,
      description: '',
    }
    const picked = await window.showQuickPick([...all, ...each, browse], {
      title: l10n.t('Open TensorBoard'),
      placeHolder: l10n.t('Folder of the event files'),
    })
    if (picked !== browse) return picked?.logdir
    const folders = await window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false })
    return folders?.[0]?.fsPath
  }

  private endAll(): void {
    for (const board of this.boards.values()) {
      board.then(({ stop }) => stop()).catch(() => undefined)
    }
  }
}

function folderItem(label: string, logdir: string) {
  return { label, description: logdir, logdir }
}
