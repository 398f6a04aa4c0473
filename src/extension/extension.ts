import * as l10n from '@vscode/l10n'
import { commands, type ExtensionContext, env, l10n as host, window, workspace } from 'vscode'
import { setChildLanguage } from '../runs/language'
import { Activity } from './activity/activity'
import { announceEnd } from './activity/announce'
import { RunStatus } from './activity/runStatus'
import { Checkouts } from './checkouts/checkouts'
import { ReleaseStatus } from './checkouts/releaseStatus'
import { CheckpointEditors } from './checkpointViewer/checkpointEditors'
import { installBackend } from './commands/backend'
import type { CommandContext } from './commands/context'
import { detect, doctor } from './commands/look'
import { runScript } from './commands/script'
import { DisposableList } from './common/disposable'
import { displayName, needsTrust } from './contributions'
import { Dashboards } from './dashboard/dashboards'
import { Checks } from './diagnostics/checks'
import { ExperimentsView } from './experiments/experimentsView'
import { runHandlers } from './experiments/runHandlers'
import { Forms } from './form/forms'
import { writeError } from './log'
import { showError, showTrustNeeded } from './notify'
import { Program } from './program/program'
import { type CommandHandlers, registerCommands } from './registerCommands'
import { WorkspaceRuns } from './runs/workspaceRuns'
import { setupHandlers } from './setup/handlers'
import { SetupKeys } from './setup/setupKeys'
import { TensorBoards } from './tensorboard/tensorBoards'
import { WorkspaceTree } from './workspaceView/workspaceTree'

/** Composition root: makes every part and hands each what it needs. */
export function activate(context: ExtensionContext): void {
  if (host.bundle) l10n.config({ contents: host.bundle })
  setChildLanguage(env.language)
  const parts = new DisposableList()
  context.subscriptions.push(parts)
  const channel = parts.track(window.createOutputChannel(displayName, { log: true }))
  const checkouts = parts.track(new Checkouts(context.workspaceState, channel))
  const version = String(context.extension.packageJSON.version)
  const program = new Program(context.extensionPath, version)
  const runs = parts.track(
    new WorkspaceRuns({
      checkouts,
      storage: context.storageUri,
      waiter: program.waiter,
      onError: (error) => writeError(channel, error),
    }),
  )
  const activity = parts.track(new Activity(runs, channel, announceEnd))
  parts.track(new SetupKeys(checkouts, (error) => writeError(channel, error)))
  parts.track(new ReleaseStatus(checkouts))
  parts.track(new RunStatus(activity))
  const shared: CommandContext = { channel, checkouts, runs, activity, program }
  const forms = parts.track(new Forms(shared, context.extensionUri, context.workspaceState))
  const experiments = parts.track(new ExperimentsView(runs, context.workspaceState))
  const facts = parts.track(new WorkspaceTree(shared))
  const dashboards = parts.track(new Dashboards(shared, context.extensionUri))
  const boards = parts.track(new TensorBoards(shared))
  const checkpoints = parts.track(
    new CheckpointEditors(shared, context.extensionUri, forms.handlers.prune),
  )
  const checks = parts.track(
    new Checks({ checkouts, runs, program, channel, extensionUri: context.extensionUri }),
  )
  const handlers: CommandHandlers = {
    ...commandHandlers(shared),
    ...checks.handlers(shared),
    ...forms.handlers,
    ...setupHandlers(shared),
    ...checkpoints.handlers,
    ...experiments.handlers,
    ...dashboards.handlers,
    ...boards.handlers,
    ...runHandlers(shared),
    refresh: async () => {
      facts.refresh()
      await experiments.refresh()
    },
  }
  const registered = registerCommands(
    handlers,
    (id, handler) => commands.registerCommand(id, handler),
    (name, handler) =>
      async (...args) => {
        // `enablement` hides these from the palette; a keybinding or another extension could still call them.
        if (needsTrust(name) && !workspace.isTrusted) return showTrustNeeded()
        await handler(...args).catch((error: unknown) => showError(channel, error))
      },
  )
  for (const item of registered) parts.track(item)
  checkouts.search().catch((error: unknown) => writeError(channel, error))
}

function commandHandlers(
  context: CommandContext,
): Pick<CommandHandlers, 'detect' | 'selectCheckout' | 'doctor' | 'installBackend' | 'runScript'> {
  return {
    detect: () => detect(context),
    selectCheckout: async () => void (await context.checkouts.choose()),
    doctor: () => doctor(context),
    installBackend: () => installBackend(context),
    runScript: () => runScript(context),
  }
}
