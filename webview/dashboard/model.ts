import type {
  AdviceView,
  DashboardContract,
  HardwareSample,
  PrunedView,
  RunView,
} from '../../src/extension/dashboard/contract'
import type { CommonToPage, ToPage } from '../../src/extension/webview/contract'
import { EpochTable } from '../../src/runs/epochTable'
import { emptyBlock, type GammaBlock, mergeBlocks } from '../../src/runs/gammaBlock'

export type DashboardMessage = Exclude<ToPage<DashboardContract>, CommonToPage>

/** A run as far as its page knows it. */
export type RunModel = {
  view: RunView
  /** Its place among the theme's colours: from 0, the lowest that no other run of the page had when it came. */
  readonly color: number
  readonly table: EpochTable
  /** For the epochs that a screen shows. */
  gammas: GammaBlock
  /** Whether the log was read for them: it may have none, and takes a while to read. */
  gammasRead: boolean
  /** All epochs that have gammas. */
  available: readonly number[]
  /** Rows that were asked for exactly, by epoch. */
  readonly exact: Map<number, GammaBlock>
  advice: AdviceView | null
  pruned: PrunedView | undefined
}

/** What changed, so that only what shows it is drawn again. */
export type Change =
  | 'runs'
  | 'epochs'
  | 'gammas'
  | 'gammaRow'
  | 'pruned'
  | 'advice'
  | 'hardware'
  | 'preview'

/** Everything that the page shows, put together from messages; no document in it. */
export class DashboardModel {
  private readonly byDir = new Map<string, RunModel>()
  private order: readonly string[] = []
  readonly hardware: HardwareSample[] = []
  hardwareNote = ''

  /** Oldest first, ancestors before what descends from them. */
  get runs(): readonly RunModel[] {
    return this.order.flatMap((runDir) => this.byDir.get(runDir) ?? [])
  }

  run(runDir: string | undefined): RunModel | undefined {
    return runDir === undefined ? undefined : this.byDir.get(runDir)
  }

  take(message: DashboardMessage): Change {
    switch (message.type) {
      case 'runs':
        this.takeRuns(message.runs)
        return 'runs'
      case 'epochs': {
        const table = this.byDir.get(message.runDir)?.table
        if (message.reset) table?.clear()
        table?.putAll(message.rows)
        return 'epochs'
      }
      case 'gammas': {
        const run = this.byDir.get(message.runDir)
        if (!run) return 'gammas'
        run.gammas = mergeBlocks(message.reset ? emptyBlock : run.gammas, message.block)
        run.gammasRead = true
        run.available = Array.from(message.available)
        if (message.reset) run.exact.clear()
        // An epoch may have come again.
        else for (const epoch of message.block.epochs) run.exact.delete(epoch)
        return 'gammas'
      }
      case 'gammaRow': {
        const [epoch] = message.block.epochs
        if (epoch !== undefined) this.byDir.get(message.runDir)?.exact.set(epoch, message.block)
        return 'gammaRow'
      }
      case 'pruned': {
        const run = this.byDir.get(message.runDir)
        if (run) run.pruned = message.pruned
        return 'pruned'
      }
      case 'advice': {
        const run = this.byDir.get(message.runDir)
        if (run) run.advice = message.advice
        return 'advice'
      }
      case 'hardware':
        // A page that is told all again drops what it had.
        if (message.samples.length > 1) this.hardware.length = 0
        this.hardware.push(...message.samples)
        this.hardwareNote = message.note
        return 'hardware'
      default:
        return 'preview'
    }
  }

  private takeRuns(views: readonly RunView[]): void {
    this.order = views.map(({ runDir }) => runDir)
    for (const runDir of this.byDir.keys()) {
      if (!this.order.includes(runDir)) this.byDir.delete(runDir)
    }
    for (const view of views) {
      const run = this.byDir.get(view.runDir)
      if (run) run.view = view
      else {
        this.byDir.set(view.runDir, {
          ...{ view, color: this.freeColor(), table: new EpochTable(), gammas: emptyBlock },
          ...{
            gammasRead: false,
            available: [],
            exact: new Map(),
            advice: null,
            pruned: undefined,
          },
        })
      }
    }
  }

  private freeColor(): number {
    const taken = new Set([...this.byDir.values()].map(({ color }) => color))
    let color = 0
    while (taken.has(color)) color++
    return color
  }
}
