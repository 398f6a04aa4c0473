import type { Chart } from 'chart.js'

/**
 * A chart by keyboard: arrows move the crosshair from point to point, `+` and `-` zoom, with Shift the arrows move
 * what is shown, `0` shows all again.
 */
export function chartKeys(chart: Chart | undefined, event: KeyboardEvent): void {
  if (!chart || event.ctrlKey || event.metaKey || event.altKey) return
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (step !== 0 && event.shiftKey) chart.pan({ x: -40 * step }, undefined, 'none')
  else if (step !== 0) moveCrosshair(chart, step)
  else if (event.key === '+' || event.key === '=') chart.zoom(1.4, 'none')
  else if (event.key === '-') chart.zoom(1 / 1.4, 'none')
  else if (event.key === '0' || event.key === 'Escape') chart.resetZoom('none')
  else return
  event.preventDefault()
}

function moveCrosshair(chart: Chart, step: number): void {
  const [active] = chart.tooltip?.getActiveElements() ?? []
  const [first] = chart.getSortedVisibleDatasetMetas()
  if (!first || first.data.length === 0) return
  const meta = active ? chart.getDatasetMeta(active.datasetIndex) : first
  const at = active ? active.index + step : step > 0 ? 0 : meta.data.length - 1
  const target = meta.data[Math.min(Math.max(at, 0), meta.data.length - 1)]
  if (!target) return
  const { x, y } = target
  const mode = chart.options.interaction?.mode ?? 'nearest'
  const near = chart.getElementsAtEventForMode(
    { x, y, native: {}, type: 'keydown' } as unknown as Event,
    mode,
    { intersect: false },
    false,
  )
  const elements = near.map(({ datasetIndex, index }) => ({ datasetIndex, index }))
  chart.setActiveElements(elements)
  chart.tooltip?.setActiveElements(elements, { x, y })
  chart.update('none')
}
