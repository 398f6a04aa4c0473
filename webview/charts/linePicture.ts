import type { ChartConfiguration, Scale } from 'chart.js'
import type { AnnotationOptions } from 'chartjs-plugin-annotation'
import type { Picture } from './frame'
import { type ChartTable, type Points, tableOf, thin } from './series'

/** A line of a chart and how it is drawn. */
export type Line = Points & {
  readonly name: string
  readonly color: string
  readonly width?: number
  readonly dash?: readonly number[]
  /** Drawn behind the others: what another line smooths. */
  readonly faint?: boolean
  /** Drawn before all others. */
  readonly front?: boolean
  /** Filled down to the axis. */
  readonly fill?: string
}

export type LinePictureOptions = {
  readonly lines: readonly Line[]
  readonly xTitle: string
  readonly yTitle?: string
  /** Where the x axis begins; otherwise at the first point. */
  readonly xMin?: number
  readonly min?: number
  readonly max?: number
  readonly log?: boolean
  readonly legend?: boolean
  readonly annotations?: Readonly<Record<string, AnnotationOptions>>
  readonly summary: string
  /** Of tooltips and ticks; otherwise a number of few digits. */
  readonly formatX?: (x: number) => string
  readonly formatY?: (y: number) => string
  readonly table?: () => ChartTable
}

/** More points than this do not look different on a screen, and cost frames. */
const mostPoints = 1000

/** Lines over a number, with a crosshair that tells the values of all. */
export function linePicture(options: LinePictureOptions): Picture {
  const { lines, xTitle, yTitle = '', log = false, legend = false, annotations = {} } = options
  const formatX = options.formatX ?? plain
  const formatY = options.formatY ?? plain
  const config: ChartConfiguration<'line'> = {
    type: 'line',
    data: { datasets: lines.map((line) => dataset(line, log)) },
    options: {
      parsing: false,
      interaction: { mode: 'crosshair', intersect: false },
      scales: {
        x: {
          ...{ type: 'linear', bounds: 'data', title: { display: true, text: xTitle } },
          ...(options.xMin === undefined ? {} : { min: options.xMin }),
          afterBuildTicks: dropCloseEnds,
          ticks: {
            maxRotation: 0,
            callback: (value) => formatX(Number(value)),
          },
        },
        y: {
          type: log ? 'logarithmic' : 'linear',
          title: { display: yTitle !== '', text: yTitle },
          ...(options.min === undefined || log ? {} : { min: options.min }),
          ...(options.max === undefined ? {} : { max: options.max }),
          ticks: { maxTicksLimit: 7, callback: (value) => formatY(Number(value)) },
        },
      },
      plugins: {
        legend: { display: legend, labels: { boxWidth: 12, boxHeight: 2 } },
        annotation: { annotations: { ...annotations } },
        tooltip: {
          callbacks: {
            title: ([item]) => `${xTitle} ${formatX(item?.parsed.x ?? Number.NaN)}`,
            label: ({ dataset: { label }, parsed }) =>
              `${label}: ${formatY(parsed.y ?? Number.NaN)}`,
          },
        },
      },
    },
  }
  return {
    config: config as ChartConfiguration,
    summary: options.summary,
    table: options.table ?? (() => tableOf(xTitle, lines)),
  }
}

function dataset(line: Line, log: boolean): ChartConfiguration<'line'>['data']['datasets'][number] {
  const { x, y } = thin(line, mostPoints)
  // Zero has no place on a logarithmic scale.
  const shown = (value: number | undefined): number =>
    value === undefined || (log && value <= 0) ? Number.NaN : value
  const data = Array.from(x, (at, i) => ({ x: at, y: shown(y[i]) }))
  const pointRadius = pointRadii(data.map((point) => point.y))
  return {
    ...{ label: line.name, data, order: line.faint ? 1 : line.front ? -1 : 0 },
    ...{ borderColor: line.color, backgroundColor: line.fill ?? line.color },
    ...{ borderWidth: line.width ?? 1.5, borderDash: [...(line.dash ?? [])] },
    ...{ pointRadius, pointHitRadius: 6, tension: 0 },
    fill: line.fill !== undefined,
  }
}

/** A point between gaps has no line to be seen by. One radius where there is none: chart.js styles a list point by point. */
function pointRadii(y: readonly number[]): number | number[] {
  const isGap = (at: number): boolean => !Number.isFinite(y[at])
  const radii = y.map((_, at) => (!isGap(at) && isGap(at - 1) && isGap(at + 1) ? 3 : 0))
  return radii.some((radius) => radius > 0) ? radii : 0
}

/** The ends of the data have a tick of their own, which may run into its neighbour. */
function dropCloseEnds(axis: Scale): void {
  const values = axis.ticks.map(({ value }) => value)
  const step = Math.max(...values.slice(1).map((value, i) => value - (values[i] ?? value)))
  const [first, second] = values
  const [before, last] = values.slice(-2)
  if (before === undefined || last === undefined || values.length < 4) return
  if (last - before < 0.6 * step) axis.ticks.pop()
  if (first !== undefined && second !== undefined && second - first < 0.6 * step) axis.ticks.shift()
}

/** A number as people read it: `0.0123`, `1.2e-7`. */
export function plain(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const short = Number(value.toPrecision(4))
  return short !== 0 && Math.abs(short) < 1e-4 ? short.toExponential() : String(short)
}
