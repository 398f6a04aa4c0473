import * as l10n from '@vscode/l10n'
import { commands, type ExtensionContext, env, l10n as host, window, workspace } from 'vscode'
import { setChildLanguage } from '../runs/language'
import { Activity } from './activity/activity'
import { announceEnd } from './activity/announce'
import { RunStatus } from './activity/runStatus'
import { Checkouts } from './checkouts/checkouts'
import { ReleaseStatus } from './checkouts/releaseStatus'
import type { CommandContext } from './commands/context'
import { DisposableList } from './common/disposable'
import { displayName } from './contributions'
import { ExperimentsView } from './experiments/experimentsView'
import { writeError } from './log'
import { showError, showTrustNeeded } from './notify'
import { partsOnDemand } from './partsOnDemand'
import { Program } from './program/program'
import { TorchVersions } from './python/torchVersions'
import { registerCommands } from './registerCommands'
import { RunKeys } from './runs/runKeys'
import { WorkspaceRuns } from './runs/workspaceRuns'
import { SetupKeys } from './setup/setupKeys'
import { WorkspaceTree } from './workspaceView/workspaceTree'

/**
 * Composition root: makes what every window shows and hands each part what it needs. The rest is loaded when it is
 * asked for, as the extension host does nothing else while it reads code.
 */
export function activate(context: ExtensionContext): void {
  if (host.bundle) l10n.config({ contents: host.bundle })
  setChildLanguage(env.language)
  const parts = new DisposableList()
  context.subscriptions.push(parts)
  const channel = parts.track(window.createOutputChannel(displayName, { log: true }))
  const onError = (error: unknown) => writeError(channel, error)
  const checkouts = parts.track(new Checkouts(context.workspaceState, channel))
  const version = String(context.extension.packageJSON.version)
  const program = new Program(context.extensionPath, version)
  const { waiter } = program
  const storage = context.storageUri
  const runs = parts.track(new WorkspaceRuns({ checkouts, storage, waiter, onError }))
  parts.track(new RunKeys(runs))
  const activity = parts.track(new Activity(runs, channel, announceEnd))
  const torch = parts.track(new TorchVersions())
  const keys = parts.track(new SetupKeys(checkouts, torch, onError))
  parts.track(new ReleaseStatus(checkouts))
  parts.track(new RunStatus(activity))
  const shared: CommandContext = { channel, checkouts, runs, activity, program }
  const experiments = parts.track(new ExperimentsView(runs, context.workspaceState))
  const facts = parts.track(new WorkspaceTree(shared))
  const registered = registerCommands(
    {
      ...partsOnDemand(shared, torch, context, parts),
      ...experiments.handlers,
      refresh: async () => {
        keys.update()
        facts.refresh()
        await experiments.refresh()
      },
    },
    {
      register: (id, handler) => commands.registerCommand(id, handler),
      isTrusted: () => workspace.isTrusted,
      refuse: showTrustNeeded,
      onError: (error) => showError(channel, error),
    },
  )
  for (const item of registered) parts.track(item)
  checkouts.search().catch(onError)
}
