import { type ExtensionContext, type Uri, type WebviewPanel, window } from 'vscode'
import type { CommandContext } from './commands/context'
import type { DisposableList } from './common/disposable'
import { onDemand } from './common/onDemand'
import { editorIds, panelIds } from './contributions'
import type { ExperimentsView } from './experiments/experimentsView'
import { writeError } from './log'
import type { TorchVersions } from './python/torchVersions'
import { type CommandHandlers, handlersOnDemand } from './registerCommands'

/** Commands of what every window shows. */
type Own = keyof ExperimentsView['handlers'] | 'refresh'

/**
 * Registers what is loaded only once it is asked for, by a command, a file, a checkout that was found, or a panel that
 * comes back.
 *
 * @returns the handlers of its commands
 */
export function partsOnDemand(
  shared: CommandContext,
  torch: TorchVersions,
  { extensionUri, workspaceState }: Pick<ExtensionContext, 'extensionUri' | 'workspaceState'>,
  parts: DisposableList,
): Omit<CommandHandlers, Own> {
  const { checkouts, channel, runs, program } = shared
  const forms = onDemand(async () => {
    const { Forms } = await import('./form/forms')
    return parts.track(new Forms(shared, extensionUri, workspaceState))
  })
  const dashboards = onDemand(async () => {
    const { Dashboards } = await import('./dashboard/dashboards')
    return parts.track(new Dashboards(shared, extensionUri))
  })
  const boards = onDemand(async () => {
    const { TensorBoards } = await import('./tensorboard/tensorBoards')
    return parts.track(new TensorBoards(shared))
  })
  const checkpoints = onDemand(async () => {
    const { CheckpointEditors } = await import('./checkpointViewer/checkpointEditors')
    const { handlers } = await forms()
    return new CheckpointEditors(shared, extensionUri, handlers.prune)
  })
  const checks = onDemand(async () => {
    const { Checks } = await import('./diagnostics/checks')
    return parts.track(new Checks({ checkouts, runs, program, torch, channel, extensionUri }))
  })
  // Before there is a checkout, nothing can fail to fit it.
  parts.track(
    checkouts.onDidChange(
      () => void checks().catch((error: unknown) => writeError(channel, error)),
    ),
  )
  for (const [id, part] of [
    [panelIds.form, forms],
    [panelIds.dashboard, dashboards],
  ] as const) {
    const deserializeWebviewPanel = async (panel: WebviewPanel, state: unknown) =>
      (await part()).revive(panel, state)
    parts.track(window.registerWebviewPanelSerializer(id, { deserializeWebviewPanel }))
  }
  const editor = {
    openCustomDocument: (uri: Uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: async ({ uri }: { readonly uri: Uri }, panel: WebviewPanel) =>
      (await checkpoints()).show(uri, panel),
  }
  const options = { supportsMultipleEditorsPerDocument: true }
  parts.track(window.registerCustomEditorProvider(editorIds.checkpoint, editor, options))
  return {
    ...handlersOnDemand(
      ['train', 'sparse', 'finetune', 'nextRound', 'runAll', 'validate'],
      async () => (await forms()).handlers,
    ),
    ...handlersOnDemand(['openDashboard', 'compare'], async () => (await dashboards()).handlers),
    ...handlersOnDemand(['openTensorBoard'], async () => (await boards()).handlers),
    ...handlersOnDemand(['openCheckpoint', 'prune'], async () => (await checkpoints()).handlers),
    ...handlersOnDemand(['checkWorkspace'], async () => (await checks()).handlers(shared)),
    ...handlersOnDemand(
      ['detect', 'selectCheckout', 'doctor', 'installBackend', 'runScript'],
      async () => (await import('./commands/handlers')).commandHandlers(shared),
    ),
    ...handlersOnDemand(
      [
        ...(['getYolov5', 'newDataSet', 'splitDataSet', 'selectEngine', 'selectPython'] as const),
        ...(['runDemo', 'copyDiagnostics'] as const),
      ],
      async () => (await import('./setup/handlers')).setupHandlers(shared),
    ),
    ...handlersOnDemand(
      [
        ...(['resume', 'retry', 'stop', 'export'] as const),
        ...(['openRunFolder', 'copyCommand', 'showLog', 'renameRun', 'deleteRun'] as const),
      ],
      async () => (await import('./experiments/runHandlers')).runHandlers(shared),
    ),
  }
}
