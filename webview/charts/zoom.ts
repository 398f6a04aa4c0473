import type { Chart, ChartConfiguration } from 'chart.js'

/**
 * A configuration whose x axis can be zoomed and panned, to the ends of what is shown and no further.
 *
 * @param onChange told whenever what is shown may have changed
 */
export function withZoom(
  config: ChartConfiguration,
  onChange: (chart: Chart) => void,
): ChartConfiguration {
  const tell = ({ chart }: { readonly chart: Chart }): void => onChange(chart)
  const zoom = {
    // What keys do is not told as complete, taking a zoom back is told as nothing else.
    ...{ pan: { enabled: true, mode: 'x', modifierKey: 'shift', onPan: tell } },
    zoom: {
      ...{ mode: 'x', wheel: { enabled: true, modifierKey: 'ctrl' }, pinch: { enabled: true } },
      drag: { enabled: true, threshold: 8 },
      ...{ onZoom: tell, onZoomComplete: tell },
    },
    limits: { x: { min: 'original', max: 'original' } },
  } as const
  const options = config.options ?? {}
  return {
    ...config,
    options: { ...options, plugins: { zoom, ...options.plugins } },
  } as ChartConfiguration
}

/** Shows other data of the same kind in a chart. One that the person has zoomed into stays there, if data does. */
export function refresh(chart: Chart, { data, options = {} }: ChartConfiguration): void {
  const zoomed = zoomOf(chart)
  chart.data = data
  chart.options = options
  chart.update('none')
  // Only now: how far a chart can be panned is what it showed before it was zoomed, and more epochs have come since.
  if (!zoomed) return
  const { x } = chart.scales
  if (x && zoomed.min < x.max && zoomed.max > x.min) chart.zoomScale('x', zoomed, 'none')
  else chart.resetZoom('none')
}

/** Shows all of a chart: where the person has zoomed into it says nothing of what it is to show next. */
export function dropZoom(chart: Chart): void {
  if (zoomOf(chart)) chart.resetZoom('none')
}

function zoomOf(chart: Chart): { readonly min: number; readonly max: number } | undefined {
  return chart.isZoomedOrPanned() ? chart.getZoomedScaleBounds().x : undefined
}
