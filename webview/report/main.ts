import { Chart, type ChartConfiguration } from 'chart.js'
import type { ReportPageData, ReportStage } from '../../src/runs/reportData'
import { applyTheme, registerBasics } from '../charts/basics'
import { channelsChart } from '../charts/channelsPicture'
import { type Line, linePicture } from '../charts/linePicture'
import { reportTheme } from './theme'

/** The page's data, embedded as JSON. */
function readData(): ReportPageData {
  return JSON.parse(document.getElementById('data')?.textContent ?? '') as ReportPageData
}

function draw(id: string, label: string, config: ChartConfiguration): void {
  const target = document.getElementById(id)
  if (!(target instanceof HTMLCanvasElement)) return
  target.setAttribute('role', 'img')
  target.setAttribute('aria-label', label)
  new Chart(target, config)
}

const { stages, words } = readData()
const theme = reportTheme(matchMedia('(prefers-color-scheme: dark)').matches)
const colorOf = (i: number): string => theme.series[i % theme.series.length] ?? theme.foreground

/** mAP of all stages, one after the other; the dashed line is the baseline's. */
function drawScores(stages: readonly ReportStage[]): void {
  const lines: Line[] = []
  let start = 0
  stages
    .filter(({ epochs }) => epochs.length > 0)
    .forEach(({ name, epochs }, i) => {
      const x = epochs.map((_, epoch) => start + epoch + 1)
      for (const [key, label, dash] of [
        ['mAP50_95', 'mAP50_95', []],
        ['mAP50', 'mAP50', [2, 3]],
      ] as const) {
        const y = epochs.map((epoch) => epoch[key] ?? Number.NaN)
        lines.push({ x, y, name: `${name}: ${label}`, color: colorOf(i), dash, width: 2 })
      }
      start += epochs.length
    })
  if (lines.length === 0) return
  const baseline = stages.find(({ stage }) => stage === 'baseline')?.mAP50_95
  if (typeof baseline === 'number') {
    const name = `${words.baseline}: mAP50_95`
    const y = [baseline, baseline]
    lines.push({ x: [1, start], y, name, color: theme.muted, dash: [6, 4], width: 1 })
  }
  const axes = { xTitle: words.epoch, yTitle: 'mAP', min: 0, max: 1, legend: true }
  draw('scores', `mAP, ${words.epoch}`, linePicture({ lines, ...axes, summary: '' }).config)
}

/** Share of gammas near zero by epoch, of the stages that shrink them. */
function drawNearZero(stages: readonly ReportStage[]): void {
  const lines = stages.map(
    ({ name, gammas }, i): Line => ({
      ...{ name, color: colorOf(i), width: 2 },
      x: gammas.map((_, epoch) => epoch + 1),
      y: gammas.map(({ nearZero }) => nearZero * 100),
    }),
  )
  const axes = { xTitle: words.epoch, yTitle: words.nearZero, min: 0, max: 100 }
  const { config } = linePicture({ lines, ...axes, legend: true, summary: '' })
  draw('near-zero', words.nearZero, config)
}

/** |gamma| of all channels after the first and the last epoch of sparse training. */
function drawHistogram(stages: readonly ReportStage[]): void {
  const gammas = stages.at(-1)?.gammas ?? []
  const [first, last] = [gammas[0], gammas.at(-1)]
  if (!first || !last) return
  // Gammas seldom pass 1.5: the rest of the bins would be empty space.
  const filled = [first, last].map(({ histogram }) => histogram.findLastIndex((count) => count > 0))
  const shown = Math.max(48, ...filled.map((bin) => bin + 1))
  const set = (label: string, histogram: readonly number[], color: string) => ({
    ...{ label, data: histogram.slice(0, shown), backgroundColor: color },
    ...{ barPercentage: 1, categoryPercentage: 1 },
  })
  draw('histogram', `|gamma| ${words.afterFirst}, ${words.afterLast}`, {
    type: 'bar',
    data: {
      labels: Array.from({ length: shown }, (_, bin) => ((bin * 2) / 64).toFixed(2)),
      datasets: [
        set(words.afterFirst, first.histogram, `${colorOf(0)}88`),
        set(words.afterLast, last.histogram, `${colorOf(1)}aa`),
      ],
    },
    options: {
      scales: {
        x: { title: { display: true, text: '|gamma|' } },
        y: { min: 0, title: { display: true, text: words.channels } },
      },
    },
  })
}

registerBasics()
applyTheme(theme)
const sparse = stages.filter(({ stage, gammas }) => stage === 'sparse' && gammas.length > 0)
drawScores(stages)
drawNearZero(sparse)
drawHistogram(sparse)
const pruned = stages.findLast(({ layers }) => layers)?.layers
if (pruned) {
  const label = `${words.channels}: ${words.kept}, ${words.removed}`
  draw('layers', label, channelsChart(pruned, theme, words))
}
