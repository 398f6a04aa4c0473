import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import * as v from 'valibot'
import { commands, env, Uri, type WebviewPanel, window, workspace } from 'vscode'
import { ancestorsOf } from '../../runs/ancestors'
import type { RunSnapshot } from '../../runs/snapshot'
import { readManifest } from '../../runs/store'
import { DisposableList } from '../common/disposable'
import { commandIds } from '../contributions'
import { runDirsOf } from '../experiments/selection'
import { writeLine } from '../log'
import { showLine } from '../notify'
import type { PreviewContext } from '../preview/previewHost'
import type { CommandHandlers } from '../registerCommands'
import { rootOfRun } from '../runs/rootOfRun'
import { dashboardState } from './contract'
import { type DashboardMessage, DashboardPanel } from './panel'
import { likeliest, pickRuns } from './pick'
import { restartArguments } from './restart'

/** All dashboards of this window. */
export class Dashboards extends DisposableList {
  private readonly open = new Set<DashboardPanel>()
  /** The panel that shows what is clicked in the tree, one run after the other, as VS Code's previews do of files. */
  private glance: DashboardPanel | undefined

  constructor(
    private readonly context: PreviewContext,
    private readonly extensionUri: Uri,
  ) {
    super()
    this.track(
      context.runs.onDidMove((move) => {
        for (const dashboard of this.open) void dashboard.follow(move)
      }),
    )
  }

  override dispose(): void {
    super.dispose()
    for (const dashboard of this.open) dashboard.panel.dispose()
  }

  get handlers(): Pick<CommandHandlers, 'openDashboard' | 'compare'> {
    return {
      openDashboard: async (...args) => {
        const given = runDirsOf(args)
        const runs = given.length > 0 ? given : await this.likeliestRun()
        if (runs) await this.reveal(runs, optionsOf(args[2]))
      },
      compare: async (...args) => {
        const given = runDirsOf(args)
        const chosen = given.length > 1 ? given : await this.ask(given)
        if (chosen && chosen.length > 0) await this.reveal(chosen)
      },
    }
  }

  /** Brings the panel of just these runs to the front, or makes one. */
  private async reveal(runDirs: readonly string[], options: OpenOptions = {}): Promise<void> {
    const { preserveFocus = false, instead } = options
    if (instead) {
      await this.showing(instead)?.show(runDirs)
      return
    }
    const there = this.showing(runDirs)
    // Opened in so many words, it is there to stay.
    if (there && !preserveFocus) this.keep(there)
    if (there) return there.panel.reveal(undefined, preserveFocus)
    const again = preserveFocus ? this.glance : undefined
    const dashboard = again ?? this.adopt(DashboardPanel.create(this.panelOptions, preserveFocus))
    if (preserveFocus) this.glance = dashboard
    again?.panel.reveal(undefined, preserveFocus)
    await dashboard.show(runDirs)
  }

  /** The next click opens another panel. */
  private keep(dashboard: DashboardPanel): void {
    if (dashboard === this.glance) this.glance = undefined
  }

  /** The panel of just these runs. */
  private showing(runDirs: readonly string[]): DashboardPanel | undefined {
    const key = (dirs: readonly string[]) => [...dirs].sort().join('\n')
    return [...this.open].find((dashboard) => key(dashboard.runDirs) === key(runDirs))
  }

  /** Takes up a panel that comes back after a reload. */
  async revive(panel: WebviewPanel, state: unknown): Promise<void> {
    const parsed = v.safeParse(dashboardState, state)
    const dashboard = this.adopt(new DashboardPanel(panel, this.panelOptions))
    await dashboard.show(parsed.success ? parsed.output.runDirs : [])
  }

  private adopt(dashboard: DashboardPanel): DashboardPanel {
    this.open.add(dashboard)
    dashboard.track({
      dispose: () => {
        this.open.delete(dashboard)
        this.keep(dashboard)
      },
    })
    return dashboard
  }

  private get panelOptions() {
    const { extensionUri, context } = this
    return {
      extensionUri,
      context,
      act: (panel: DashboardPanel, message: DashboardMessage) => this.act(panel, message),
    }
  }

  private async act(panel: DashboardPanel, message: DashboardMessage): Promise<void> {
    // Whatever the person does here makes the panel their own; looking about does not come here.
    this.keep(panel)
    switch (message.type) {
      case 'addRuns': {
        const chosen = await this.ask(panel.runDirs)
        return chosen && panel.show(chosen)
      }
      case 'removeRun':
        return panel.show(panel.runDirs.filter((runDir) => runDir !== message.runDir))
      case 'report':
        return this.report(panel, message.runDirs)
      case 'restart':
        return this.restart(message.runDir, message.sr)
      case 'command':
        await commands.executeCommand(commandIds[message.name], message.runDir)
    }
  }

  /** Opens the form of a sparse training with what the run had, but for sr. */
  private async restart(runDir: string, sr: number): Promise<void> {
    const { checkouts } = this.context
    await checkouts.search()
    const [manifest, ancestors] = await Promise.all([readManifest(runDir), ancestorsOf(runDir)])
    const root = rootOfRun({ runDir, manifest }, checkouts)
    const start = restartArguments(manifest, root, ancestors.at(-1)?.runDir, sr)
    await commands.executeCommand(commandIds.sparse, start)
  }

  private async ask(picked: readonly string[]): Promise<readonly string[] | undefined> {
    const runs = await this.allRuns()
    if (runs.length > 0) return pickRuns(runs, picked)
    this.sayNone()
    return undefined
  }

  private async likeliestRun(): Promise<readonly string[] | undefined> {
    const run = likeliest(await this.allRuns())
    if (run) return [run.runDir]
    this.sayNone()
    return undefined
  }

  /** Every run of the workspace, newest first. */
  private async allRuns(): Promise<readonly RunSnapshot[]> {
    const { runs } = this.context
    if (!runs.ready) await runs.refresh()
    return runs.all
  }

  private sayNone(): void {
    showLine(this.context.channel, {
      level: 'info',
      text: l10n.t('There are no runs yet: train, or run the demo.'),
    })
  }

  /** One HTML page about runs of a panel, made by the program and opened where the person wants it. */
  private async report(panel: DashboardPanel, wanted: readonly string[]): Promise<void> {
    const runDirs = panel.shownDirs.filter((runDir) => wanted.includes(runDir))
    // Ancestors come first, but it is about what was asked for.
    const about = panel.runDirs.find((runDir) => runDirs.includes(runDir)) ?? runDirs.at(-1)
    if (about === undefined) return
    const target = await window.showSaveDialog({
      title: l10n.t('Save report'),
      defaultUri: Uri.file(join(about, 'report.html')),
      filters: { HTML: ['html'] },
    })
    if (!target) return
    const { channel, program } = this.context
    const args = ['report', ...runDirs, '--output', target.fsPath]
    // There, and not where the page goes, it is plain which checkout they are of.
    await program.run(args, about, (text) => writeLine(channel, { level: 'info', text }))
    const open = l10n.t('Open')
    const done = l10n.t('{0} written', workspace.asRelativePath(target))
    const choice = await window.showInformationMessage(done, open)
    if (choice === open) await env.openExternal(target)
  }
}

const openOptions = v.object({
  /** A click on a row: the tree keeps the focus, and the next click turns the same panel to another run. */
  preserveFocus: v.optional(v.boolean()),
  /** The panel of just these runs shows the others from now on; where it was closed, none does. */
  instead: v.optional(v.array(v.string())),
})
type OpenOptions = v.InferOutput<typeof openOptions>

/** The third argument of the command, as the tree and the demo give it. */
function optionsOf(given: unknown): OpenOptions {
  const options = v.safeParse(openOptions, given)
  return options.success ? options.output : {}
}
