import type { DashboardContract, DashboardState } from '../../src/extension/dashboard/contract'
import type { SavedFile } from '../charts/save'
import { readTheme, type Theme } from '../charts/theme'
import type { Host } from '../common/host'
import type { Change, DashboardModel, RunModel } from './model'

/** What the parts of the page share. */
export type PageContext = {
  readonly host: Host<DashboardContract>
  readonly model: DashboardModel
  readonly settings: Settings
  readonly save: (file: SavedFile) => void
  /** Draws again what depends on which runs are shown, and how. */
  readonly redraw: () => void
}

/** What the person has set, kept over a reload. */
export class Settings {
  private state: DashboardState

  constructor(
    private readonly host: Host<DashboardContract>,
    initial: DashboardState | undefined,
  ) {
    this.state = initial ?? { runDirs: [], tab: 'metrics', hidden: [], pinned: [], previews: {} }
  }

  get value(): DashboardState {
    return this.state
  }

  change(change: Partial<DashboardState>): void {
    this.state = { ...this.state, ...change }
    this.host.keep(this.state)
  }

  /** The page turns to other runs: which one was looked at, and where, no longer counts. */
  turn(): void {
    const { gamma } = this.state
    const other = { runDir: undefined, layer: '', epoch: undefined }
    this.change({ prune: undefined, ...(gamma ? { gamma: { ...gamma, ...other } } : {}) })
  }

  /** A run's folder has another name: what was set for the run stays the run's. */
  move(from: string, to: string): void {
    const { runDirs, hidden, pinned, previews, prune, gamma } = this.state
    const name = (runDir: string) => (runDir === from ? to : runDir)
    const { [from]: preview, ...others } = previews
    this.change({
      ...{ runDirs: runDirs.map(name), hidden: hidden.map(name), pinned: pinned.map(name) },
      previews: preview ? { ...others, [to]: preview } : previews,
      ...(prune?.runDir === from ? { prune: { runDir: to } } : {}),
      ...(gamma?.runDir === from ? { gamma: { ...gamma, runDir: to } } : {}),
    })
  }

  isHidden({ view }: RunModel): boolean {
    return this.state.hidden.includes(view.runDir)
  }

  isPinned({ view }: RunModel): boolean {
    return this.state.pinned.includes(view.runDir)
  }

  toggle(list: 'hidden' | 'pinned', runDir: string): void {
    const now = this.state[list]
    const without = now.filter((other) => other !== runDir)
    this.change({ [list]: without.length < now.length ? without : [...now, runDir] })
    this.host.post({ type: 'keep' })
  }
}

/** Colour of a run in the present theme. */
export function runColor({ color }: RunModel, theme: Theme = readTheme()): string {
  return theme.series[color % theme.series.length] ?? theme.foreground
}

/** A part of the page under a tab. */
export type TabPart = {
  readonly root: HTMLElement
  /** Draws anew, when the tab is shown, and when what it shows has changed: just `change` where that is given. */
  draw(change?: Change): void
  /** The page turns to other runs: what is shown of those that it had says nothing of these. */
  turn?(): void
}
