import { Chart, type ChartConfiguration } from 'chart.js'
import { element } from '../common/element'
import { dataTable, refillTable } from './dataTable'
import { drawInTurn } from './drawInTurn'
import { type FileKind, FrameTools } from './frameTools'
import { chartKeys } from './keys'
import { canvasPng, chartSvg, type SavedFile } from './save'
import { type ChartTable, csvOf } from './series'
import { readTheme } from './theme'
import { dropZoom, refresh, withZoom } from './zoom'

/** What a frame shows: a chart and, behind it, its numbers. */
export type Picture = {
  readonly config: ChartConfiguration
  readonly table: () => ChartTable
  /** A sentence that says what is to be seen, for who can not. */
  readonly summary: string
}

export type FrameOptions = {
  readonly title: string
  /** Name of saved files, without extension. */
  readonly file: string
  readonly save: (file: SavedFile) => void
  /** Shares of height: `low`, `tall`, or the usual. */
  readonly size?: 'low' | 'tall'
  readonly onLog?: (log: boolean) => void
  /** Whether the scale is logarithmic from the start. */
  readonly log?: boolean
}

/** Frames that come into sight draw what they were shown meanwhile. */
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    frames.get(target)?.setInSight(isIntersecting)
  }
})
const frames = new WeakMap<Element, ChartFrame>()

/** One chart with its title, what can be done with it, and the table of its numbers. */
export class ChartFrame {
  readonly root: HTMLElement
  private readonly canvas: HTMLCanvasElement
  private readonly box: HTMLElement
  private readonly empty: HTMLElement
  private readonly tableHost = element('div')
  private data: HTMLElement | undefined
  private readonly tools: FrameTools
  private chart: Chart | undefined
  private make: (() => Picture) | undefined
  private made: Picture | undefined
  private inSight = false
  private stale = false
  private tableOpen = false

  constructor(private readonly options: FrameOptions) {
    const { title, size = '', onLog, log = false } = options
    this.canvas = element('canvas', { role: 'img', tabindex: 0, 'aria-label': title })
    this.canvas.addEventListener('keydown', (event) => chartKeys(this.chart, event))
    this.empty = element('p', { class: 'muted empty' })
    this.box = element('div', { class: `canvas ${size}` }, this.canvas, this.empty)
    this.tools = new FrameTools(title, {
      resetZoom: () => this.chart?.resetZoom('none'),
      showTable: (shown) => {
        this.tableOpen = shown
        this.fillTable()
      },
      save: (kind) => this.save(kind),
      ...(onLog ? { setLog: onLog, log } : {}),
    })
    this.root = element(
      'figure',
      { class: 'chart' },
      element('figcaption', {}, element('span', {}, title), this.tools.root),
      this.box,
      this.tableHost,
    )
    frames.set(this.root, this)
    sight.observe(this.root)
  }

  /** Shows a picture, which is made when it is drawn: once the frame is in sight, and in its turn. */
  show(make: () => Picture): void {
    this.make = make
    this.made = undefined
    this.stale = true
    this.box.classList.remove('nothing')
    if (!this.inSight) return
    if (this.chart) drawInTurn(this.drawStale)
    else this.draw()
  }

  /** Says why there is nothing to be seen. */
  clear(text: string): void {
    this.make = undefined
    this.made = undefined
    this.stale = false
    this.chart?.destroy()
    this.chart = undefined
    this.empty.textContent = text
    this.box.classList.add('nothing')
    this.tools.setZoomed(false)
    this.fillTable()
  }

  /** Shows the whole chart again. */
  dropZoom(): void {
    if (this.chart) dropZoom(this.chart)
  }

  /** It is shown no more. */
  dispose(): void {
    this.clear('')
    sight.unobserve(this.root)
  }

  setInSight(inSight: boolean): void {
    this.inSight = inSight
    if (inSight) this.drawStale()
  }

  private get picture(): Picture | undefined {
    this.made ??= this.make?.()
    return this.made
  }

  private readonly drawStale = (): void => {
    if (this.stale) this.draw()
  }

  private draw(): void {
    const { picture } = this
    if (!picture) return
    this.stale = false
    this.canvas.setAttribute('aria-label', `${this.options.title}: ${picture.summary}`)
    const config = withZoom(picture.config, (chart) =>
      this.tools.setZoomed(chart.isZoomedOrPanned()),
    )
    const same =
      this.chart && 'type' in this.chart.config && this.chart.config.type === configType(config)
    if (this.chart && same) {
      if (labelsOf(this.chart.data) !== labelsOf(config.data)) {
        // What the crosshair told is of lines that may be gone.
        this.chart.setActiveElements([])
        this.chart.tooltip?.setActiveElements([], { x: 0, y: 0 })
      }
      refresh(this.chart, config)
    } else {
      this.chart?.destroy()
      this.chart = new Chart(this.canvas, config)
    }
    if (this.tableOpen) this.fillTable()
  }

  private fillTable(): void {
    const { title } = this.options
    const shown = this.tableOpen && this.picture
    if (shown && this.data) refillTable(this.data, title, shown.table())
    else {
      this.data = shown ? dataTable(title, shown.table()) : undefined
      this.tableHost.replaceChildren(...(this.data ? [this.data] : []))
    }
  }

  private save(kind: FileKind): void {
    const { file, title, save } = this.options
    const { picture } = this
    if (!picture) return
    if (kind === 'CSV') {
      save({ name: `${file}.csv`, encoding: 'utf8', content: csvOf(picture.table()) })
    } else if (this.chart) {
      this.drawStale()
      const theme = readTheme()
      save(
        kind === 'PNG'
          ? canvasPng(this.canvas, theme, file)
          : chartSvg(this.chart, theme, file, title),
      )
    }
  }
}

function labelsOf({ datasets }: ChartConfiguration['data']): string {
  return datasets.map(({ label }) => label).join('\n')
}

function configType(config: ChartConfiguration): string | undefined {
  return 'type' in config ? config.type : undefined
}
