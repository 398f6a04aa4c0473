import { type LogOutputChannel, Uri, workspace } from 'vscode'
import type { Checkouts } from '../checkouts/checkouts'
import { type CommandContext, requireCheckout } from '../commands/context'
import { DisposableList } from '../common/disposable'
import { showError } from '../notify'
import type { Program } from '../program/program'
import { pythonSettings } from '../python/interpreter'
import type { TorchVersions } from '../python/torchVersions'
import type { CommandHandlers } from '../registerCommands'
import type { WorkspaceRuns } from '../runs/workspaceRuns'
import { Checker } from './checker'
import { Diagnostics } from './diagnostics'
import { QuickFixes } from './quickFixes'
import { StockFile } from './stockFile'
import { checkWorkspace } from './workspaceCheck'

export type ChecksOptions = {
  readonly checkouts: Checkouts
  readonly runs: WorkspaceRuns
  readonly program: Program
  readonly torch: TorchVersions
  readonly channel: LogOutputChannel
  readonly extensionUri: Uri
}

/** Everything about what does not fit the detected release: marks, their fixes, and the check of the workspace. */
export class Checks extends DisposableList {
  private readonly torch: TorchVersions
  private readonly checker: Checker
  private readonly diagnostics: Diagnostics

  constructor({ checkouts, runs, program, torch, channel, extensionUri }: ChecksOptions) {
    super()
    this.torch = torch
    this.checker = new Checker({
      detections: () => checkouts.all,
      // A hostile file is none of the extension host's business.
      inspect: (path) => program.json(['inspect', path, '--json'], extensionUri.fsPath),
      commandLines: (root) =>
        runs.all
          .filter(({ manifest }) => manifest.checkout?.root === root)
          .map(({ manifest }) => manifest.commandLine),
      torch: (root) => torch.of(root),
    })
    this.diagnostics = this.track(new Diagnostics(checkouts, this.checker, extensionUri))
    this.track(torch.onDidChange(() => this.diagnostics.checkAll()))
    this.track(QuickFixes.register(this.diagnostics, this.checker))
    this.track(new StockFile((error) => showError(channel, error)))
  }

  handlers(context: CommandContext): Pick<CommandHandlers, 'checkWorkspace'> {
    return {
      checkWorkspace: async () => {
        await requireCheckout(context)
        const detections = context.checkouts.all
        if (workspace.isTrusted) {
          const { readinessOf } = await import('../form/readiness')
          for (const { root } of detections) {
            const { torch } = await readinessOf(root, await pythonSettings(Uri.file(root)))
            this.torch.keep(root, torch)
          }
        }
        await checkWorkspace(detections, this.checker, this.diagnostics, context.channel)
      },
    }
  }
}
