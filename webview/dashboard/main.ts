import './page.css'
import * as l10n from '@vscode/l10n'
import {
  type DashboardContract,
  dashboardContract,
  dashboardState,
} from '../../src/extension/dashboard/contract'
import { applyTheme } from '../charts/basics'
import { registerCharts } from '../charts/kit'
import { onThemeChange, readTheme } from '../charts/theme'
import { registerControls, tabs } from '../common/controls'
import { connect, type Host } from '../common/host'
import { type PageContext, Settings } from './context'
import { GammaTab } from './gammaTab'
import { HardwareTab } from './hardwareTab'
import { LazyTab } from './lazyTab'
import { MetricsTab } from './metricsTab'
import { type Change, type DashboardMessage, DashboardModel } from './model'
import { Notices } from './notices'
import { PruneTab } from './pruneTab'
import { RunList } from './runList'

/** Tabs that show what a change is about. */
const concerned: Readonly<Record<Change, readonly string[]>> = {
  runs: ['metrics', 'gamma', 'prune', 'hardware'],
  epochs: ['metrics'],
  gammas: ['gamma'],
  gammaRow: ['gamma'],
  pruned: ['metrics'],
  advice: ['gamma'],
  hardware: ['hardware'],
  preview: [],
}

class Dashboard {
  private readonly model = new DashboardModel()
  private readonly settings: Settings
  private readonly list: RunList
  private readonly notices: Notices
  private readonly prune: LazyTab<PruneTab>
  private readonly parts: Readonly<Record<string, LazyTab>>
  private readonly stale = new Set<string>()
  /** Folders of the runs that were asked for last; between two panelfuls there may be none for a moment. */
  private about: readonly string[]

  constructor(host: Host<DashboardContract>) {
    this.settings = new Settings(host, host.state(dashboardState))
    this.about = this.settings.value.runDirs
    const context: PageContext = {
      ...{ host, model: this.model, settings: this.settings },
      save: (file) => host.post({ type: 'save', ...file }),
      redraw: () => this.redraw(),
    }
    this.list = new RunList(context)
    this.notices = new Notices(context)
    this.prune = new LazyTab(() => new PruneTab(context))
    this.parts = {
      metrics: new LazyTab(() => new MetricsTab(context)),
      gamma: new LazyTab(() => new GammaTab(context)),
      prune: this.prune,
      hardware: new LazyTab(() => new HardwareTab(context)),
    }
    const labels: Readonly<Record<string, string>> = {
      metrics: l10n.t('Metrics'),
      gamma: l10n.t('BN gamma'),
      prune: l10n.t('Prune'),
      hardware: l10n.t('Hardware'),
    }
    const list = Object.entries(this.parts).map(([id, { root }]) => ({
      ...{ id, label: labels[id] ?? id },
      view: root,
    }))
    document.body.replaceChildren(
      this.list.root,
      this.notices.root,
      tabs(list, this.active, (id) => {
        this.settings.change({ tab: id })
        this.drawActive()
      }),
    )
    onThemeChange(() => {
      applyTheme(readTheme())
      this.redraw()
    })
    this.redraw()
  }

  take(message: DashboardMessage): void {
    if (message.type === 'moved') this.move(message.from, message.to)
    else if (message.type === 'preview') this.prune.made?.take(message)
    else if ('path' in message) this.prune.made?.takePreview(message)
    const change = this.model.take(message)
    if (change === 'runs') {
      this.takeRuns()
      this.list.draw()
      this.notices.draw()
    }
    for (const id of concerned[change]) {
      if (id === this.active) this.parts[id]?.draw(change)
      else this.stale.add(id)
    }
  }

  private takeRuns(): void {
    const own = this.model.runs.filter(({ view }) => !view.ancestor)
    const runDirs = own.map(({ view }) => view.runDir)
    this.settings.change({ runDirs })
    if (runDirs.length === 0) return
    // One that was looked at may be among the ancestors of these.
    if (this.about.length > 0 && !runDirs.some((runDir) => this.about.includes(runDir))) {
      this.settings.turn()
      for (const part of Object.values(this.parts)) part.turn()
    }
    this.about = runDirs
  }

  /** Not turned to as another run: it comes under its new name, and what was looked at is still there. */
  private move(from: string, to: string): void {
    this.prune.made?.move(from)
    this.settings.move(from, to)
    this.about = this.about.map((runDir) => (runDir === from ? to : runDir))
  }

  private redraw(): void {
    this.list.draw()
    this.notices.draw()
    for (const id of Object.keys(this.parts)) this.stale.add(id)
    this.drawActive()
  }

  private get active(): string {
    const { tab } = this.settings.value
    return tab in this.parts ? tab : 'metrics'
  }

  private drawActive(): void {
    if (!this.stale.delete(this.active)) return
    this.parts[this.active]?.draw()
  }
}

let dashboard: Dashboard | undefined
connect(dashboardContract, {
  onStart: (host) => {
    registerControls()
    registerCharts()
    applyTheme(readTheme())
    dashboard = new Dashboard(host)
  },
  onMessage: (message) => dashboard?.take(message),
})
