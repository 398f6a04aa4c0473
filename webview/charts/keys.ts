import type { Chart, Element } from 'chart.js'

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
  const mode = chart.options.interaction?.mode ?? 'nearest'
  const active = chart.tooltip?.getActiveElements() ?? []
  const metas = chart.getSortedVisibleDatasetMetas()
  const [one] = active
  const own = one ? chart.getDatasetMeta(one.datasetIndex) : metas[0]
  const all = metas.flatMap(({ data }) => data)
  const shown = active.map(({ element }) => element.x)
  const target =
    mode === 'nearest' ? nextOf(own?.data ?? [], one?.index, step) : nextBeyond(all, shown, step)
  if (!target) return
  const { x, y } = target
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

type Point = Pick<Element, 'x'> & { readonly skip?: boolean }

/** The next point of a line in its order, from `at` or else from its end; gaps are crossed. */
export function nextOf<P extends Point>(
  points: readonly P[],
  at: number | undefined,
  step: number,
): P | undefined {
  let next = at === undefined ? (step > 0 ? 0 : points.length - 1) : at + step
  while (points[next]?.skip) next += step
  return points[next]
}

/** Of several lines the point that comes next after some x: where one has a gap or ends, others may go on. */
export function nextBeyond<P extends Point>(
  points: readonly P[],
  xs: readonly number[],
  step: number,
): P | undefined {
  const from = step > 0 ? Math.max(...xs) : Math.min(...xs)
  let next: P | undefined
  for (const point of points) {
    if (point.skip || (point.x - from) * step <= 0) continue
    if (!next || (point.x - next.x) * step < 0) next = point
  }
  return next
}
