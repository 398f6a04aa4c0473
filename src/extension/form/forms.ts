import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import * as v from 'valibot'
import { commands, type Memento, Uri, type WebviewPanel, workspace } from 'vscode'
import { SlimError } from '../../core/errors'
import { withoutCheckout } from '../../engines/builtin/stage/detection'
import { engines } from '../../engines/common/ownFlags'
import { slimLine } from '../../runs/format/shellLine'
import { readManifest } from '../../runs/store'
import type { CommandContext } from '../commands/context'
import { DisposableList } from '../common/disposable'
import { waitsForTurn } from '../common/queueing'
import { commandIds, settings } from '../contributions'
import { runDirsOf } from '../experiments/selection'
import { writeError } from '../log'
import { showError, showLine, showTrustNeeded } from '../notify'
import { pythonSettings } from '../python/interpreter'
import type { CommandHandlers } from '../registerCommands'
import { rootOfRun } from '../runs/rootOfRun'
import { endsRound } from '../runs/runCount'
import { formState } from './contract'
import type { Place } from './facts'
import { FormPanel, type FormPanelOptions } from './formPanel'
import { launchStage } from './launch'
import { FormMemory } from './memory'
import { readinessOf, untrusted } from './readiness'
import type { FormOrder } from './session'
import type { FormStage } from './stage'

const formArguments = v.object({
  runDir: v.optional(v.string()),
  /** Folder to work in; else that of the run, or of the selected checkout. */
  root: v.optional(v.string()),
  values: v.optional(v.record(v.string(), v.string())),
  again: v.optional(v.object({ args: v.array(v.string()), cwd: v.string() })),
})
type FormArguments = v.InferOutput<typeof formArguments>

/** The one form of the window, and what the commands that open it do. */
export class Forms extends DisposableList {
  private current: FormPanel | undefined
  private readonly options: FormPanelOptions

  constructor(
    private readonly context: CommandContext,
    extensionUri: Uri,
    memento: Memento,
  ) {
    super()
    const { channel, activity } = context
    this.options = {
      ...{ extensionUri, channel },
      start: (order) => this.start(order),
      sources: {
        memory: new FormMemory(memento),
        place: (root) => this.placeAt(root),
        runs: (root) => activity.runs(root),
        readiness: async ({ root }) =>
          workspace.isTrusted
            ? readinessOf(root, await pythonSettings(Uri.file(root)))
            : untrusted(),
        sampleModel: Uri.joinPath(extensionUri, 'media', 'sample', 'model.yaml').fsPath,
        settings: formSettings,
      },
    }
    const refresh = () => {
      this.current?.session.refresh().catch((error: unknown) => writeError(channel, error))
    }
    this.track(workspace.onDidGrantWorkspaceTrust(refresh))
    this.track(
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(settings.section)) refresh()
      }),
    )
  }

  get handlers(): Pick<
    CommandHandlers,
    'train' | 'sparse' | 'prune' | 'finetune' | 'nextRound' | 'runAll' | 'validate'
  > {
    const opener =
      (stage: FormStage, read: typeof fromArguments) =>
      async (...args: readonly unknown[]) =>
        this.open(stage, read(args))
    return {
      train: opener('train', withoutRows),
      sparse: opener('sparse', withoutRows),
      prune: opener('prune', fromArguments),
      finetune: opener('finetune', fromArguments),
      runAll: opener('loop', withoutRows),
      validate: opener('val', fromArguments),
      nextRound: async (...args) =>
        this.open('sparse', fromArguments(await this.lastFinetune(args))),
    }
  }

  private async open(stage: FormStage, { root: given, ...from }: FormArguments): Promise<void> {
    const root = given ?? (await this.rootFor(from.runDir))
    const panel = this.current ?? this.take(FormPanel.create(this.options))
    panel.panel.reveal()
    try {
      await panel.session.open(stage, root, from)
    } catch (error) {
      if (!panel.session.state) panel.panel.dispose()
      throw error
    }
  }

  private take(panel: FormPanel): FormPanel {
    this.current = panel
    panel.panel.onDidDispose(() => {
      if (this.current === panel) this.current = undefined
    })
    return panel
  }

  /** Takes up a panel that comes back after a reload. */
  async revive(panel: WebviewPanel, raw: unknown): Promise<void> {
    const state = v.safeParse(formState, raw)
    const form = this.take(new FormPanel(panel, this.options))
    try {
      if (state.success) await form.session.restore(state.output)
      else await form.session.open('sparse', await this.rootFor(undefined))
    } catch (error) {
      panel.dispose()
      showError(this.context.channel, error)
    }
  }

  private async start(order: FormOrder): Promise<void> {
    // A panel that comes back after a reload was opened by no command, which would have asked.
    if (!workspace.isTrusted) {
      void showTrustNeeded()
      return
    }
    const { stage, place, values, words } = order
    if (stage === 'prune') {
      const weights = resolve(place.root, values.weights ?? '')
      await commands.executeCommand(commandIds.openCheckpoint, weights)
      return
    }
    const { channel, activity, program } = this.context
    channel.info(`${place.root}> ${slimLine(words)}`)
    const { runDir, notes } = await launchStage(order, program)
    for (const note of notes) channel.info(note)
    activity.follow(runDir)
    await commands.executeCommand(commandIds.openDashboard, runDir)
  }

  /** The folder that a form works in: that of the run, the selected checkout's, or the first that is open. */
  private async rootFor(runDir: string | undefined): Promise<string> {
    const { checkouts } = this.context
    await checkouts.search()
    if (runDir !== undefined) {
      return rootOfRun({ runDir, manifest: await readManifest(runDir) }, checkouts)
    }
    const root = checkouts.selected?.root ?? workspace.workspaceFolders?.[0]?.uri.fsPath
    if (root !== undefined) return root
    throw new SlimError(
      'form/no-folder',
      l10n.t('No folder is open.'),
      l10n.t('Open a folder with YOLOv5 or with images; the demo also works without.'),
    )
  }

  private async placeAt(root: string): Promise<Place> {
    const { checkouts } = this.context
    await checkouts.search()
    const detection = checkouts.all.find((one) => one.root === root)
    return detection
      ? { root, detection, hasCheckout: true }
      : { root, detection: withoutCheckout(root), hasCheckout: false }
  }

  /** A round goes on from a finetuning: the one that was chosen, or the newest. */
  private async lastFinetune(args: readonly unknown[]): Promise<readonly unknown[]> {
    if (fromArguments(args).runDir !== undefined) return args
    const runs = await this.context.activity.runs(await this.rootFor(undefined))
    const found = runs.find(endsRound)
    if (found) return [found.runDir]
    showLine(this.context.channel, {
      level: 'info',
      text: l10n.t('No finetuning has finished yet: this is the first round.'),
    })
    return args
  }
}

/** What a command that goes on from a run was called on: a row, a path, or what a page hands over. */
function fromArguments(args: readonly unknown[]): FormArguments {
  const [runDir] = runDirsOf(args)
  return runDir === undefined ? withoutRows(args) : { runDir }
}

/** Of a command that starts afresh: a button above the tree is called with the row that happens to have the focus. */
function withoutRows([first]: readonly unknown[]): FormArguments {
  const given = v.safeParse(formArguments, first)
  return given.success ? given.output : {}
}

function formSettings(root: string) {
  const folder = Uri.file(root)
  const engine = workspace.getConfiguration(settings.section, folder).get<string>(settings.engine)
  return {
    engine: engines.find((one) => one === engine) ?? 'auto',
    queue: waitsForTurn(folder),
  }
}
