import { isAbsolute, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { commands, Uri, type WebviewPanel, window } from 'vscode'
import { readRun } from '../../runs/snapshot'
import type { CommandContext } from '../commands/context'
import { editorIds } from '../contributions'
import { runDirsOf } from '../experiments/selection'
import { formCandidates } from '../form/candidates'
import type { CommandHandlers } from '../registerCommands'
import { CheckpointPanel } from './checkpointPanel'

/** The editor of `*.pt` files, and the commands that open it. */
export class CheckpointEditors {
  private readonly panels = new Set<CheckpointPanel>()
  /** Files that are being opened for their preview. */
  private readonly previewed = new Set<string>()

  constructor(
    private readonly context: CommandContext,
    private readonly extensionUri: Uri,
    /** What Prune does without a run: the form, where the checkpoint is chosen. */
    private readonly choose: CommandHandlers['prune'],
  ) {}

  get handlers(): Pick<CommandHandlers, 'openCheckpoint' | 'prune'> {
    return {
      openCheckpoint: async (...args) => {
        const uri = uriOf(args[0]) ?? (await this.ask())
        if (uri) await this.open(uri)
      },
      prune: async (...args) => {
        const [runDir] = runDirsOf(args)
        const weights = runDir === undefined ? undefined : (await readRun(runDir)).summary.output
        if (weights === undefined) return this.choose(...args)
        await this.openPreview(Uri.file(weights))
      },
    }
  }

  /** Fills the editor of a file. */
  show(uri: Uri, panel: WebviewPanel): void {
    const { context, extensionUri } = this
    const wantsPreview = this.previewed.delete(uri.fsPath)
    const shown = new CheckpointPanel(panel, uri, { context, extensionUri, wantsPreview })
    this.panels.add(shown)
    panel.onDidDispose(() => this.panels.delete(shown))
  }

  private async openPreview(uri: Uri): Promise<void> {
    const open = [...this.panels].find((panel) => panel.uri.fsPath === uri.fsPath)
    if (open) return open.showPreview()
    this.previewed.add(uri.fsPath)
    await this.open(uri)
  }

  private async open(uri: Uri): Promise<void> {
    await commands.executeCommand('vscode.openWith', uri, editorIds.checkpoint)
  }

  /** Lets the person choose among the checkpoints that are there, or any other. */
  private async ask(): Promise<Uri | undefined> {
    const { activity, checkouts } = this.context
    await checkouts.search()
    const root = checkouts.selected?.root
    const browse = { label: `$(folder-opened) ${l10n.t('Browse…')}` }
    if (root !== undefined) {
      const { checkpoints } = await formCandidates('val', root, await activity.runs(root))
      const items = checkpoints.map(({ value, description = '' }) => ({
        ...{ label: value, description },
      }))
      const title = l10n.t('Open a checkpoint')
      const options = { title, matchOnDescription: true }
      const picked = await window.showQuickPick([...items, browse], options)
      if (picked !== browse) return picked && Uri.file(resolve(root, picked.label))
    }
    const files = await window.showOpenDialog({ filters: { PyTorch: ['pt', 'pth'] } })
    return files?.[0]
  }
}

/** The file that a command was called on: of the explorer, of a link, or of other code. */
function uriOf(argument: unknown): Uri | undefined {
  if (argument instanceof Uri) return argument
  return typeof argument === 'string' && isAbsolute(argument) ? Uri.file(argument) : undefined
}
