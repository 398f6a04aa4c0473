import type { Chart } from 'chart.js'
import { SvgContext } from './svgContext'
import type { Theme } from './theme'

/** A file for the host to save. */
export type SavedFile = {
  readonly name: string
  readonly encoding: 'utf8' | 'base64'
  readonly content: string
}

/** A canvas's pixels on the theme's background. */
export function canvasPng(
  canvas: HTMLCanvasElement,
  { background }: Theme,
  name: string,
): SavedFile {
  const copy = document.createElement('canvas')
  copy.width = canvas.width
  copy.height = canvas.height
  const context = copy.getContext('2d')
  if (context) {
    context.fillStyle = background
    context.fillRect(0, 0, copy.width, copy.height)
    context.drawImage(canvas, 0, 0)
  }
  const content = copy.toDataURL('image/png').replace(/^data:[^,]*,/, '')
  return { name: `${name}.png`, encoding: 'base64', content }
}

/** Whatever of a chart holds the surface that it draws on. */
type Holder = Record<'ctx' | '_ctx', unknown>

/** A chart drawn once more, by the same code, on a surface that writes SVG. */
export function chartSvg(chart: Chart, theme: Theme, name: string, title: string): SavedFile {
  const { ctx, width, height } = chart
  const measure = (text: string, font: string): TextMetrics => {
    ctx.save()
    ctx.font = font
    const metrics = ctx.measureText(text)
    ctx.restore()
    return metrics
  }
  const surface = new SvgContext({ width, height }, measure)
  const metas = chart.data.datasets.map((_, index) => chart.getDatasetMeta(index))
  const boxes = [chart, chart.legend, ...Object.values(chart.scales)]
  const holders = boxes.filter((box) => box !== undefined) as unknown as Holder[]
  const controllers = metas.map(({ controller }) => controller as unknown as Holder)
  // Lines cache what browsers call a Path2D, which tells nobody what is in it, unless they have segments to style.
  const lines = metas.flatMap(({ dataset }) =>
    dataset ? [dataset as unknown as { options: object }] : [],
  )
  const options = lines.map((line) => line.options)
  chart.tooltip?.setActiveElements([], { x: 0, y: 0 })
  chart.setActiveElements([])
  try {
    for (const holder of holders) holder.ctx = surface
    for (const controller of controllers) controller._ctx = surface
    for (const line of lines) line.options = Object.create(line.options, { segment: { value: {} } })
    chart.draw()
  } finally {
    for (const holder of holders) holder.ctx = ctx
    for (const controller of controllers) controller._ctx = ctx
    lines.forEach((line, i) => {
      line.options = options[i] ?? {}
    })
    chart.draw()
  }
  const content = surface.svg(width, height, theme.background, title)
  return { name: `${name}.svg`, encoding: 'utf8', content }
}
