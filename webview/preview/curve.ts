import * as l10n from '@vscode/l10n'
import type { Outcome } from '../../src/core/slimming/preview'
import { formatSmall } from '../../src/runs/format/numbers'
import { dataTable } from '../charts/dataTable'
import { type FileKind, FrameTools } from '../charts/frameTools'
import { canvasPng, type SavedFile } from '../charts/save'
import { type ChartTable, csvOf } from '../charts/series'
import { SvgContext } from '../charts/svgContext'
import { readTheme, type Theme, withAlpha } from '../charts/theme'
import { element } from '../common/element'

/** What the curve is drawn on: the page, or a picture that is saved. */
type Surface = CanvasRenderingContext2D | SvgContext

const fileName = 'sorted-channels'
const height = 150
const pad = { left: 40, right: 10, top: 10, bottom: 22 } as const

/** The sorted curve of all scores, with what is cut, the threshold and the cliff. A click cuts there. */
export class Curve {
  readonly root: HTMLElement
  private readonly title = element('span')
  private readonly canvas = element('canvas', { role: 'img', class: 'curve' })
  private readonly tableHost = element('div')
  private readonly observer = new ResizeObserver(() => this.draw())
  private theme: Theme = readTheme()
  private shown: { readonly outcome: Outcome; readonly score: string } | undefined
  private tableOpen = false

  constructor(
    onPick: (share: number) => void,
    private readonly onSave: (file: SavedFile) => void,
  ) {
    const pick = ({ buttons, offsetX }: PointerEvent) => {
      if (buttons !== 1) return
      const width = this.canvas.clientWidth - pad.left - pad.right
      onPick(Math.min(0.99, Math.max(0, (offsetX - pad.left) / width)))
    }
    this.canvas.addEventListener('pointerdown', pick)
    this.canvas.addEventListener('pointermove', pick)
    this.observer.observe(this.canvas)
    const tools = new FrameTools(l10n.t('Sorted channels'), {
      showTable: (shown) => {
        this.tableOpen = shown
        this.fillTable()
      },
      save: (kind) => this.save(kind),
    })
    this.root = element(
      'figure',
      { class: 'chart' },
      element('figcaption', {}, this.title, tools.root),
      ...[this.canvas, this.tableHost],
    )
  }

  /** `score`: what the curve is of, such as `|gamma|`. */
  show(outcome: Outcome, score: string): void {
    const fresh = outcome.curve !== this.shown?.outcome.curve
    this.shown = { outcome, score }
    this.draw()
    if (!fresh) return
    const title = titleOf(score)
    this.title.textContent = title
    this.canvas.setAttribute('aria-label', title)
    this.fillTable()
  }

  /** The theme changed. */
  recolor(): void {
    this.theme = readTheme()
    this.draw()
  }

  dispose(): void {
    this.observer.disconnect()
  }

  private draw(): void {
    const context = this.canvas.getContext('2d')
    const width = this.canvas.clientWidth
    if (!context || !this.shown || width === 0) return
    const scale = devicePixelRatio
    const [pixels, lines] = [Math.round(width * scale), Math.round(height * scale)]
    if (this.canvas.width !== pixels || this.canvas.height !== lines) {
      this.canvas.width = pixels
      this.canvas.height = lines
    }
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, width, height)
    const { outcome, score } = this.shown
    paint(context, width, outcome, score, this.theme)
  }

  private fillTable(): void {
    const { shown, tableHost, tableOpen } = this
    const table = shown && tableOpen && tableOf(shown.outcome, shown.score)
    tableHost.replaceChildren(...(table ? [dataTable(titleOf(shown.score), table)] : []))
  }

  private save(kind: FileKind): void {
    const { shown, canvas, theme } = this
    if (!shown) return
    const { outcome, score } = shown
    if (kind === 'CSV') {
      const content = csvOf(tableOf(outcome, score))
      this.onSave({ name: `${fileName}.csv`, encoding: 'utf8', content })
    } else if (kind === 'PNG') this.onSave(canvasPng(canvas, theme, fileName))
    else {
      const width = canvas.clientWidth
      const surface = new SvgContext({ width, height }, measureNothing)
      paint(surface, width, outcome, score, theme)
      const content = surface.svg(width, height, theme.background, titleOf(score))
      this.onSave({ name: `${fileName}.svg`, encoding: 'utf8', content })
    }
  }
}

const titleOf = (score: string): string => l10n.t('Sorted {0} of all prunable channels', score)

/** `paint` places its texts without asking how wide they are. */
const measureNothing = (): never => {
  throw new Error('no text is measured')
}

/** The points that are drawn. */
function tableOf({ curve }: Outcome, score: string): ChartTable {
  return {
    heads: [l10n.t('share of the channels'), l10n.t('have {0} up to', score)],
    rows: curve.map((point) => [point.share, point.score]),
  }
}

function paint(
  context: Surface,
  width: number,
  { curve, cliff, plan }: Outcome,
  score: string,
  theme: Theme,
): void {
  const most = curve.at(-1)?.score || 1
  const x = (share: number) => pad.left + share * (width - pad.left - pad.right)
  const y = (value: number) =>
    height - pad.bottom - (value / most) * (height - pad.top - pad.bottom)
  context.font = `11px ${theme.font}`
  context.lineWidth = 1
  context.strokeStyle = theme.grid
  context.fillStyle = theme.muted
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  for (const part of [0, 0.5, 1]) {
    line(context, x(0), y(most * part), x(1), y(most * part))
    context.fillText(formatSmall(most * part), pad.left - 5, y(most * part))
  }
  context.textBaseline = 'top'
  context.textAlign = 'center'
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    context.textAlign = part === 1 ? 'right' : 'center'
    context.fillText(`${part * 100} %`, x(part), height - pad.bottom + 5)
  }
  context.textAlign = 'left'
  context.fillText(score, x(0) + 4, pad.top)
  trace(context, curve, x, y)
  context.strokeStyle = theme.accent
  context.lineWidth = 2
  context.stroke()
  const asked = plan.percentAsked ?? plan.percentReached
  context.save()
  context.beginPath()
  context.rect(x(0), 0, x(asked) - x(0), height)
  context.clip()
  trace(context, curve, x, y)
  context.lineTo(x(1), y(0))
  context.lineTo(x(0), y(0))
  context.fillStyle = withAlpha(theme.accent, 0.35)
  context.fill()
  context.restore()
  context.lineWidth = 1
  if (cliff) {
    context.strokeStyle = theme.warning
    context.setLineDash([3, 3])
    line(context, x(cliff.share), pad.top, x(cliff.share), y(0))
    context.setLineDash([])
    context.fillStyle = theme.warning
    context.textAlign = cliff.share > 0.6 ? 'right' : 'left'
    context.fillText(l10n.t('cliff'), x(cliff.share) + (cliff.share > 0.6 ? -4 : 4), pad.top + 14)
  }
  context.strokeStyle = theme.foreground
  line(context, x(asked), pad.top, x(asked), y(0))
  if (plan.threshold <= most) line(context, x(0), y(plan.threshold), x(asked), y(plan.threshold))
}

function line(context: Surface, ...ends: [number, number, number, number]): void {
  const [x0, y0, x1, y1] = ends.map((end) => Math.round(end) + 0.5) as typeof ends
  context.beginPath()
  context.moveTo(x0, y0)
  context.lineTo(x1, y1)
  context.stroke()
}

function trace(
  context: Surface,
  curve: Outcome['curve'],
  x: (share: number) => number,
  y: (score: number) => number,
): void {
  context.beginPath()
  context.moveTo(x(0), y(curve[0]?.score ?? 0))
  for (const { share, score } of curve) context.lineTo(x(share), y(score))
}
