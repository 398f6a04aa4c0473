import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  Interaction,
  type InteractionItem,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js'
import type { Theme } from './theme'

declare module 'chart.js' {
  interface InteractionModeMap {
    /** Of each line the point nearest to the pointer's x. */
    crosshair: (typeof Interaction.modes)['index']
  }
}

/** Registers lines and bars, which a report is made of too; call it, or `registerCharts`, once before any is drawn. */
export function registerBasics(): void {
  Chart.register(
    ...[BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LogarithmicScale],
    ...[LineController, LineElement, PointElement, Tooltip, crosshair],
  )
  Interaction.modes.crosshair = nearestOfEach
  Chart.defaults.animation = false
  Chart.defaults.maintainAspectRatio = false
  Chart.defaults.normalized = true
  // The browser's own number formats, which these are otherwise, take longer to make than a chart to draw.
  Chart.defaults.set('scales.linear.ticks', { callback: tickText })
}

/** A tick without what binary fractions leave at its end, such as `0.30000000000000004`. */
const tickText = (value: number | string): string => String(Number(Number(value).toPrecision(12)))

/** Makes the theme's colours those that charts have where they say nothing else. */
export function applyTheme(theme: Theme): void {
  Chart.defaults.color = theme.muted
  Chart.defaults.borderColor = theme.grid
  Chart.defaults.font.family = theme.font
  Chart.defaults.font.size = 11
  const { tooltip } = Chart.defaults.plugins
  tooltip.backgroundColor = theme.background
  tooltip.titleColor = theme.foreground
  tooltip.bodyColor = theme.foreground
  tooltip.footerColor = theme.foreground
  tooltip.borderColor = theme.contrast ? theme.foreground : theme.muted
  tooltip.borderWidth = 1
}

const nearestOfEach = (chart: Chart, event: { readonly x: number | null }): InteractionItem[] => {
  const found: InteractionItem[] = []
  for (const { data, index: datasetIndex } of chart.getSortedVisibleDatasetMetas()) {
    let best = -1
    let distance = Number.POSITIVE_INFINITY
    data.forEach((element, index) => {
      const away = Math.abs(element.x - (event.x ?? 0))
      if (away < distance && !('skip' in element && element.skip)) {
        best = index
        distance = away
      }
    })
    const element = data[best]
    if (element) found.push({ element, datasetIndex, index: best })
  }
  // A line that ends far from here has nothing to say of this x.
  const nearest = Math.min(...found.map(({ element }) => Math.abs(element.x - (event.x ?? 0))))
  return found.filter(({ element }) => Math.abs(element.x - (event.x ?? 0)) <= nearest + 6)
}

/** A line through the points that the tooltip is about. */
const crosshair = {
  id: 'crosshair',
  afterDatasetsDraw(chart: Chart): void {
    if (chart.options.interaction?.mode !== 'crosshair') return
    const [active] = chart.tooltip?.getActiveElements() ?? []
    if (!active) return
    const { ctx, chartArea } = chart
    ctx.save()
    ctx.beginPath()
    ctx.strokeStyle = String(Chart.defaults.color)
    ctx.lineWidth = 1
    ctx.setLineDash([3, 3])
    ctx.moveTo(active.element.x, chartArea.top)
    ctx.lineTo(active.element.x, chartArea.bottom)
    ctx.stroke()
    ctx.restore()
  },
}
