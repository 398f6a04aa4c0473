import * as l10n from '@vscode/l10n'
import type { DashboardState } from '../../src/extension/dashboard/contract'
import { defaultPercent } from '../../src/extension/preview/arguments'
import type { GammaBlock } from '../../src/runs/gammaBlock'
import { ChartFrame } from '../charts/frame'
import { element } from '../common/element'
import { AdviceCard } from './adviceCard'
import type { PageContext, TabPart } from './context'
import { GammaControls } from './gammaControls'
import { gammaCut, rowOf, shownEpoch } from './gammaData'
import type { Change, RunModel } from './model'
import { heatmap } from './pictures/heatmap'
import { histogramPicture } from './pictures/histogram'
import { ridge } from './pictures/ridge'
import { sharePicture } from './pictures/share'
import { sortedPicture } from './pictures/sorted'
import { stripsPicture } from './pictures/strips'

type GammaState = NonNullable<DashboardState['gamma']>

/** What a movement of a control changes, so that a slider draws no more than it must. */
type Part = 'all' | 'epoch' | 'percent'

/** How the gammas of a run shrink, layer by layer and epoch by epoch. */
export class GammaTab implements TabPart {
  readonly root: HTMLElement
  private readonly advice: AdviceCard
  private readonly controls: GammaControls
  private readonly nothing = element('p', { class: 'muted', role: 'status' })
  private readonly charts: HTMLElement
  private readonly frames: ReturnType<GammaTab['makeFrames']>
  private asked: Part | undefined
  private awaited: number | undefined

  constructor(private readonly context: PageContext) {
    this.advice = new AdviceCard(context)
    this.controls = new GammaControls({
      onRun: (runDir) => this.change({ runDir, layer: '', epoch: undefined }),
      onLayer: (layer) => this.change({ layer }),
      onEpoch: (epoch) => this.chooseEpoch(epoch),
      onPercent: (percent) => this.change({ percent }, 'percent'),
    })
    this.frames = this.makeFrames()
    const { heat, hills, bars, strips, sorted, share } = this.frames
    this.charts = element(
      'div',
      {},
      element('div', { class: 'grid wide' }, heat.root, hills.root, bars.root, share.root),
      ...[sorted.root, strips.root],
    )
    this.root = element(
      'div',
      {},
      ...[this.advice.root, this.controls.root, this.nothing, this.charts],
    )
  }

  draw(change?: Change): void {
    this.ask(change === 'gammaRow' ? 'epoch' : change === 'advice' ? 'percent' : 'all')
  }

  turn(): void {
    for (const frame of Object.values(this.frames)) frame.dropZoom()
  }

  private ask(part: Part): void {
    const asked = this.asked !== undefined
    this.asked = asked && this.asked !== part ? 'all' : part
    if (asked) return
    requestAnimationFrame(() => {
      const wanted = this.asked ?? 'all'
      this.asked = undefined
      this.drawNow(wanted)
    })
  }

  private drawNow(part: Part): void {
    const { runs } = this.context.model
    const { having, run } = this.chosen
    this.advice.draw(run)
    for (const part of [this.controls.root, this.charts]) part.hidden = !run
    this.nothing.hidden = run !== undefined
    if (!run) {
      this.nothing.textContent =
        runs.map(emptyText).join(' ') || l10n.t('No run is shown. Add runs to see their charts.')
      return
    }
    this.drawRun(run, having, part)
  }

  private drawRun(run: RunModel, having: readonly RunModel[], part: Part): void {
    const { gammas, available, view, advice } = run
    const { layer: name, percent = view.percent ?? defaultPercent, log = [] } = this.gamma
    const found = gammas.layers.indexOf(name)
    const layer = found < 0 ? undefined : found
    const epoch = shownEpoch(available, this.gamma.epoch)
    this.askFor(run, epoch)
    const { block, row } = this.at(run, epoch)
    const cut = gammaCut(block, row, percent)
    const { heat, hills, bars, strips, sorted, share } = this.frames
    this.controls.draw(having, run, layer === undefined ? '' : name, epoch, percent)
    const first = row > 0 || block !== gammas ? { block: gammas, row: 0 } : undefined
    sorted.show(() => sortedPicture({ block, row, first, percent, log: log.includes('sorted') }))
    bars.show(() => histogramPicture(block, row, layer, cut, log.includes('bars')))
    strips.show(() => stripsPicture(block, row, cut))
    const { epochs } = view
    const projected =
      epochs !== undefined && advice && advice.projected !== null && layer === undefined
        ? { epochs, share: advice.projected }
        : undefined
    const all = available.length
    const shares = { block: gammas, layer, available: all, cut, target: view.percent, projected }
    share.show(() => sharePicture(shares))
    if (part !== 'all') return
    heat.show(() => heatmap(gammas, layer, all))
    hills.show(() => ridge(gammas, layer, all))
  }

  /** The block and row of an epoch: exact where it has arrived, else the nearest that the page has. */
  private at(run: RunModel, epoch: number): { readonly block: GammaBlock; readonly row: number } {
    const exact = run.exact.get(epoch)
    return exact ? { block: exact, row: 0 } : { block: run.gammas, row: rowOf(run.gammas, epoch) }
  }

  private chooseEpoch(epoch: number): void {
    const latest = this.chosen.run?.available.at(-1)
    this.change({ epoch: epoch === latest ? undefined : epoch }, 'epoch')
  }

  /** Asks for an epoch that was thinned away; again with each drawing, since new gammas may have thinned anew. */
  private askFor({ view: { runDir }, gammas, exact }: RunModel, epoch: number): void {
    // One question at a time: while a slider moves, only where it is then matters.
    clearTimeout(this.awaited)
    if (gammas.epochs.includes(epoch) || exact.has(epoch)) return
    this.awaited = window.setTimeout(() => {
      this.context.host.post({ type: 'gammaRow', runDir, epoch })
    }, 60)
  }

  /** Runs that have gammas; of these the one chosen, else the latest asked for that penalises them, else any. */
  private get chosen() {
    const having = this.context.model.runs.filter(({ gammas }) => gammas.epochs.length > 0)
    const named = having.find(({ view }) => view.runDir === this.gamma.runDir)
    const own = having.filter(({ view }) => !view.ancestor)
    const sparse = own.findLast(({ view }) => view.stage === 'sparse')
    return { having, run: named ?? sparse ?? own.at(-1) ?? having.at(-1) }
  }

  private get gamma(): GammaState {
    return this.context.settings.value.gamma ?? { layer: '' }
  }

  private change(change: Partial<GammaState>, part: Part = 'all'): void {
    this.context.settings.change({ gamma: { ...this.gamma, ...change } })
    this.ask(part)
  }

  private logOptions(chart: 'bars' | 'sorted') {
    return {
      log: this.gamma.log?.includes(chart) === true,
      onLog: (log: boolean) => {
        const without = this.gamma.log?.filter((other) => other !== chart) ?? []
        this.change({ log: log ? [...without, chart] : without }, 'percent')
      },
    }
  }

  private makeFrames() {
    const { save } = this.context
    return {
      heat: new ChartFrame({ title: l10n.t('|gamma| over epochs'), file: 'gamma-heatmap', save }),
      hills: new ChartFrame({ title: l10n.t('Histograms by epoch'), file: 'gamma-ridge', save }),
      bars: new ChartFrame({
        ...{ title: l10n.t('Histogram of the epoch'), file: 'gamma-histogram', save },
        ...this.logOptions('bars'),
      }),
      share: new ChartFrame({
        ...{ title: l10n.t('Channels under the threshold'), file: 'gamma-share', save },
      }),
      sorted: new ChartFrame({
        ...{ title: l10n.t('All channels, sorted'), file: 'gamma-sorted', save },
        ...this.logOptions('sorted'),
      }),
      strips: new ChartFrame({
        ...{ title: l10n.t('Layer by layer'), file: 'gamma-layers', save, size: 'tall' },
      }),
    } as const
  }
}

function emptyText({ view, gammasRead }: RunModel): string {
  return `${view.name}: ${gammasRead ? view.gammaExpectation : l10n.t('Reading the log…')}`
}
