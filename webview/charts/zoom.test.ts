import { BasicPlatform, Chart, type ChartConfiguration } from 'chart.js'
import { expect, it, vi } from 'vitest'
import { registerBasics } from './basics'
import { dropZoom, refresh, withZoom } from './zoom'

const canvas = vi.hoisted(() => {
  // What takes gestures asks for a window as soon as it is loaded.
  const nothing = () => undefined
  const listening = { addEventListener: nothing, removeEventListener: nothing }
  const page = { ...listening, createElement: () => ({ style: {} }) }
  Object.assign(globalThis, { ...listening, window: globalThis, document: page })
  const box = { width: 400, height: 200, style: {}, ownerDocument: page }
  const made = { ...box, ...listening, getContext: (): unknown => context }
  const own = { canvas: made, measureText: () => ({ width: 10 }) }
  const context: object = new Proxy(own, { get: (of, key) => Reflect.get(of, key) ?? nothing })
  return made as unknown as HTMLCanvasElement
})

const line = (epochs: number, xMax?: number): ChartConfiguration => ({
  type: 'line',
  data: { datasets: [{ data: Array.from({ length: epochs }, (_, x) => ({ x, y: x })) }] },
  options: {
    ...{ parsing: false, responsive: false, animation: false },
    scales: { x: { type: 'linear', bounds: 'data', ...(xMax ? { min: -0.5, max: xMax } : {}) } },
  },
})

async function draw(config: ChartConfiguration, seen: (chart: Chart) => void): Promise<Chart> {
  registerBasics()
  Chart.register((await import('chartjs-plugin-zoom')).default)
  return new Chart(canvas, { ...withZoom(config, seen), platform: BasicPlatform })
}
const shown = ({ scales: { x } }: Chart) => [x?.min, x?.max]

it.each([
  ['whose ends are those of its data', false],
  ['whose ends are given', true],
])('an axis %s is panned on to epochs that came since', async (_, fixed) => {
  const end = (epochs: number) => (fixed ? epochs - 0.5 : undefined)
  let zoomed = false
  const see = (chart: Chart) => {
    zoomed = chart.isZoomedOrPanned()
  }
  const chart = await draw(line(11, end(11)), see)
  try {
    chart.zoomScale('x', { min: 2, max: 6 }, 'none')
    refresh(chart, withZoom(line(31, end(31)), see))
    expect(shown(chart)).toEqual([2, 6])
    expect(zoomed).toBe(true)
    chart.pan({ x: -1e6 }, undefined, 'none')
    expect(shown(chart)).toEqual(fixed ? [26.5, 30.5] : [26, 30])
    chart.resetZoom('none')
    expect(shown(chart)).toEqual(fixed ? [-0.5, 30.5] : [0, 30])
    expect(zoomed).toBe(false)
    refresh(chart, withZoom(line(41, end(41)), see))
    expect(shown(chart)).toEqual(fixed ? [-0.5, 40.5] : [0, 40])
  } finally {
    chart.destroy()
  }
})

it('goes on with the data once it is zoomed out to all of it', async () => {
  const chart = await draw(line(11), () => undefined)
  try {
    chart.zoomScale('x', { min: 2, max: 6 }, 'none')
    refresh(
      chart,
      withZoom(line(31), () => undefined),
    )
    for (let i = 0; i < 9; i++) chart.zoom(1 / 1.4, 'none')
    expect(shown(chart)).toEqual([0, 30])
    refresh(
      chart,
      withZoom(line(41), () => undefined),
    )
    expect(shown(chart)).toEqual([0, 40])
  } finally {
    chart.destroy()
  }
})

it.each([
  ['whose ends are those of its data', false],
  ['whose ends are given', true],
])('an axis %s is shown whole where no data is left of what it was zoomed to', async (_, fixed) => {
  const end = (epochs: number) => (fixed ? epochs - 0.5 : undefined)
  let zoomed = false
  const see = (chart: Chart) => {
    zoomed = chart.isZoomedOrPanned()
  }
  const whole = (epochs: number) => (fixed ? [-0.5, epochs - 0.5] : [0, epochs - 1])
  const chart = await draw(line(101, end(101)), see)
  try {
    chart.zoomScale('x', { min: 80, max: 100 }, 'none')
    expect(zoomed).toBe(true)
    refresh(chart, withZoom(line(11, end(11)), see))
    expect(shown(chart)).toEqual(whole(11))
    expect(zoomed).toBe(false)
    refresh(chart, withZoom(line(21, end(21)), see))
    expect(shown(chart)).toEqual(whole(21))
  } finally {
    chart.destroy()
  }
})

it('drops a zoom, so that other data is shown whole', async () => {
  let zoomed = false
  const see = (chart: Chart) => {
    zoomed = chart.isZoomedOrPanned()
  }
  const chart = await draw(line(11), see)
  try {
    chart.zoomScale('x', { min: 2, max: 6 }, 'none')
    dropZoom(chart)
    expect(zoomed).toBe(false)
    refresh(chart, withZoom(line(8), see))
    expect(shown(chart)).toEqual([0, 7])
    const update = vi.spyOn(chart, 'update')
    dropZoom(chart)
    expect(update).not.toHaveBeenCalled()
  } finally {
    chart.destroy()
  }
})
