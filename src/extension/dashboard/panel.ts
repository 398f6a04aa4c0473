import { basename } from 'node:path'
import { type Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode'
import { isGone } from '../../core/disk/isGone'
import type { RunSnapshot } from '../../runs/snapshot'
import { isEnded } from '../../runs/state'
import { DisposableList } from '../common/disposable'
import { panelIds } from '../contributions'
import { writeError } from '../log'
import type { PreviewToHost } from '../preview/contract'
import type { PreviewContext } from '../preview/previewHost'
import type { RunMove } from '../runs/workspaceRuns'
import type { ToHost } from '../webview/contract'
import { Page } from '../webview/page'
import { collectRunView, collectTitle } from './collect'
import { type DashboardContract, dashboardContract } from './contract'
import { RunFeed } from './feed'
import { HardwareLog } from './hardware'
import { RunPreviews } from './previews'
import { relativesOf } from './relatives'

/** Milliseconds between looks at the logs. */
const lookMs = 500

export type DashboardMessage = Exclude<
  ToHost<DashboardContract>,
  { readonly type: 'ready' | 'save' | 'trouble' }
>

export type DashboardOptions = {
  readonly extensionUri: Uri
  readonly context: PreviewContext
  /** What the page asks that is no matter of this panel alone. */
  readonly act: (panel: DashboardPanel, message: DashboardMessage) => void | Promise<void>
}

/** A panel with the charts of some runs, looked at again and again while it can be seen. */
export class DashboardPanel extends DisposableList {
  private readonly page: Page<DashboardContract>
  private readonly previews: RunPreviews
  private readonly hardware = new HardwareLog()
  private feeds: readonly RunFeed[] = []
  private chosen: readonly string[] = []
  /** Runs whose folders are gone, and whether each was chosen; a rename may yet tell where to. */
  private readonly lost = new Map<string, { readonly id: string | undefined; chosen: boolean }>()
  /** Told again to a page that is made anew: what it keeps is of when it was last seen. */
  private moves: readonly RunMove[] = []
  /** Runs whose last look failed, which was told. */
  private readonly failing = new WeakSet<RunFeed>()
  private shown = ''
  private looking = false
  private again = false
  private told = 0
  private round = 0

  constructor(
    readonly panel: WebviewPanel,
    private readonly options: DashboardOptions,
  ) {
    super()
    const { extensionUri, context } = options
    const { channel } = context
    this.page = this.track(
      new Page({
        ...{ webview: panel.webview, extensionUri, name: 'dashboard', title: panel.title },
        ...{ contract: dashboardContract, channel },
        onMessage: (message: DashboardMessage) => this.receive(message),
        onReady: () => this.startOver(),
      }),
    )
    this.previews = new RunPreviews(context, (message) => this.page.post(message))
    this.track(workspace.onDidGrantWorkspaceTrust(() => this.previews.unlock()))
    const timer = setInterval(() => void this.look(), lookMs)
    this.track({ dispose: () => clearInterval(timer) })
    this.track(panel.onDidChangeViewState(() => void this.look()))
    this.track(panel.onDidDispose(() => this.dispose()))
  }

  static create(options: DashboardOptions, preserveFocus: boolean): DashboardPanel {
    const panel = window.createWebviewPanel(
      panelIds.dashboard,
      collectTitle([]),
      { viewColumn: ViewColumn.Active, preserveFocus },
      {},
    )
    return new DashboardPanel(panel, options)
  }

  /** Runs that were asked for, without their ancestors. */
  get runDirs(): readonly string[] {
    return this.chosen
  }

  /** Runs that are shown, each after those that it descends from. */
  get shownDirs(): readonly string[] {
    return this.feeds.map(({ runDir }) => runDir)
  }

  /** Shows these runs; those that they descend from follow, since finding them may take a while. */
  async show(runDirs: readonly string[]): Promise<void> {
    // It is about these now, wherever others went.
    this.lost.clear()
    await this.turnTo(runDirs)
  }

  private async turnTo(runDirs: readonly string[]): Promise<void> {
    const round = ++this.round
    const chosen = [...new Set(runDirs)]
    // Ancestors keep what is drawn of them until it is known whose they are.
    const ancestors = this.feeds.map(({ runDir }) => runDir).filter((dir) => !this.isChosen(dir))
    this.choose(chosen)
    this.feed([...new Set([...ancestors, ...chosen])])
    await this.look()
    const { all, before } = await relativesOf(this.chosen)
    if (round !== this.round) return
    this.feed(all)
    for (const feed of this.feeds) feed.before = before.get(feed.runDir)
    await this.look()
  }

  /** Goes on with a run whose folder has another name. */
  async follow({ from, to }: RunMove): Promise<void> {
    // Also of runs that are not shown now: the page keeps what was set for those it had.
    this.moves = [...this.moves, { from, to }]
    this.page.post({ type: 'moved', from, to })
    const lost = this.takeLost(from)
    if (this.isChosen(from)) await this.turnTo(this.chosen.map((dir) => (dir === from ? to : dir)))
    else if (lost?.chosen) await this.turnTo([...this.chosen, to])
    else if (lost || this.shownDirs.includes(from)) {
      this.feed(this.shownDirs.filter((dir) => dir !== from))
      await this.turnTo(this.chosen)
    }
  }

  /** The run of this panel that was lost in a folder, unless another one has taken its name since. */
  private takeLost(runDir: string) {
    const lost = this.lost.get(runDir)
    this.lost.delete(runDir)
    const there = this.options.context.runs.get(runDir)
    const another = lost?.id !== undefined && there && there.manifest.id !== lost.id
    return another ? undefined : lost
  }

  private isChosen(runDir: string): boolean {
    return this.chosen.includes(runDir)
  }

  private choose(runDirs: readonly string[]): void {
    this.chosen = runDirs
    // A name that is used again is another run's.
    this.moves = this.moves.filter(({ from }) => !runDirs.includes(from))
    this.panel.title = collectTitle(runDirs.map((runDir) => basename(runDir)))
  }

  private feed(runDirs: readonly string[]): void {
    const old = new Map(this.feeds.map((feed) => [feed.runDir, feed]))
    this.feeds = runDirs.map((runDir) => old.get(runDir) ?? new RunFeed(runDir))
    this.shown = ''
  }

  private async startOver(): Promise<void> {
    for (const move of this.moves) this.page.post({ type: 'moved', ...move })
    for (const feed of this.feeds) feed.startOver()
    this.shown = ''
    this.told = 0
    this.again = true
    await this.look()
  }

  private async receive(message: DashboardMessage): Promise<void> {
    if (message.type === 'gammaRow') {
      const { runDir, epoch } = message
      const block = await this.feeds.find((feed) => feed.runDir === runDir)?.exactly(epoch)
      if (block) this.page.post({ type: 'gammaRow', runDir, block })
    } else if (message.type === 'preview') {
      const preview = await this.previews.open(message.runDir)
      this.page.post({ type: 'preview', ...preview })
      this.previews.repeat(preview)
    } else if (isForPreview(message)) await this.previews.receive(message)
    else await this.options.act(this, message)
  }

  private async look(): Promise<void> {
    if (!this.panel.visible) return this.watchUnseen()
    if (this.looking) return
    this.looking = true
    try {
      do {
        this.again = false
        const before = this.feeds
        for (const feed of before) await this.lookAt(feed)
        this.tellRuns()
        await this.lookAtHardware()
        // The page began to listen meanwhile: what was found before, it has not heard.
      } while (this.again)
    } finally {
      this.looking = false
    }
  }

  private async lookAt(feed: RunFeed): Promise<void> {
    try {
      const { runDir } = feed
      const update = await feed.look()
      if (update) {
        const { epochs, pruned } = update
        this.tellRuns()
        if (epochs) this.page.post({ type: 'epochs', runDir, ...epochs })
        if (pruned) this.page.post({ type: 'pruned', runDir, pruned })
      }
      const more = await feed.lookAtGammas()
      if (more) {
        const { gammas, advice } = more
        // A page that began to listen meanwhile does not know the run yet.
        this.tellRuns()
        if (gammas) this.page.post({ type: 'gammas', runDir, ...gammas })
        this.page.post({ type: 'advice', runDir, advice })
      }
      this.failing.delete(feed)
    } catch (error) {
      if (!this.failing.has(feed)) writeError(this.options.context.channel, error)
      this.failing.add(feed)
      // A disk may answer another time, and a folder that is used again soon has a manifest.
      if (await isGone(feed.runDir)) this.lose(feed)
    }
  }

  /** A run whose folder is gone leaves the panel; the others stay. */
  private lose(feed: RunFeed): void {
    // It may have been followed to its new name meanwhile.
    if (!this.feeds.includes(feed)) return
    this.feeds = this.feeds.filter((other) => other !== feed)
    const id = feed.run?.manifest.id
    this.lost.set(feed.runDir, { id, chosen: this.isChosen(feed.runDir) })
    this.choose(this.chosen.filter((runDir) => runDir !== feed.runDir))
  }

  private tellRuns(): void {
    const runs = this.feeds.flatMap(({ run, runDir }) =>
      run ? [collectRunView(run, !this.isChosen(runDir))] : [],
    )
    const text = JSON.stringify(runs)
    if (text === this.shown) return
    this.shown = text
    this.page.post({ type: 'runs', runs })
  }

  private async lookAtHardware(): Promise<void> {
    const here = this.feeds.some(({ run }) => goesOnHere(run))
    const sample = here ? await this.hardware.sample(true) : undefined
    const samples = this.told === 0 ? this.hardware.samples : sample ? [sample] : []
    if (samples.length === 0) return
    this.told = Date.now()
    this.page.post({ type: 'hardware', samples, note: this.hardware.note })
  }

  /** Logs can be read when the page is seen again; what the machine did meanwhile could not be found out then. */
  private async watchUnseen(): Promise<void> {
    const { runs } = this.options.context
    // By folder: a workspace may have thousands of runs, and this is asked twice a second.
    const shown = this.feeds.map(({ runDir }) => runs.get(runDir))
    if (shown.some(goesOnHere)) await this.hardware.sample(false)
  }
}

/** What this machine does says nothing of a run that goes on on another. */
function goesOnHere(run: RunSnapshot | undefined): boolean {
  return run !== undefined && !isEnded(run.state) && run.elsewhere === undefined
}

function isForPreview(message: DashboardMessage): message is PreviewToHost {
  return message.type.startsWith('preview') && message.type !== 'preview'
}
