import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js'
import type { ReportPageData, ReportStage } from '../../src/runs/reportData'

Chart.register(
  ...[BarController, BarElement, CategoryScale, Legend, LinearScale],
  ...[LineController, LineElement, PointElement, Tooltip],
)

const colors = ['#2f6fde', '#d9822b', '#2e9e6b', '#a33ea1', '#7a7a7a']

/** The page's data, embedded as JSON. */
function readData(): ReportPageData {
  return JSON.parse(document.getElementById('data')?.textContent ?? '') as ReportPageData
}

const { stages: pageStages, words } = readData()

function canvas(id: string): HTMLCanvasElement | undefined {
  const found = document.getElementById(id)
  return found instanceof HTMLCanvasElement ? found : undefined
}

const dark = matchMedia('(prefers-color-scheme: dark)').matches
Chart.defaults.color = dark ? '#c8c8c8' : '#444'
Chart.defaults.borderColor = dark ? '#3a3a3a' : '#e2e2e2'
Chart.defaults.animation = false
Chart.defaults.maintainAspectRatio = false

function axis(title: string, max?: number): Record<string, unknown> {
  return { title: { display: true, text: title }, min: 0, ...(max === undefined ? {} : { max }) }
}

/** mAP of all stages, one after the other; the dashed line is the baseline's. */
function drawScores(stages: readonly ReportStage[]): void {
  const target = canvas('scores')
  const trained = stages.filter(({ epochs }) => epochs.length > 0)
  const total = trained.reduce((sum, { epochs }) => sum + epochs.length, 0)
  if (!target || total === 0) return
  const datasets: Record<string, unknown>[] = []
  let start = 0
  trained.forEach(({ name, epochs }, i) => {
    for (const [key, label, dash] of [
      ['mAP50_95', 'mAP50-95', []],
      ['mAP50', 'mAP50', [2, 3]],
    ] as const) {
      const data = epochs.map((epoch, k) => ({ x: start + k + 1, y: epoch[key] }))
      const color = colors[i % colors.length]
      datasets.push({
        ...{ label: `${name}: ${label}`, data, borderColor: color, backgroundColor: color },
        ...{ borderDash: dash, pointRadius: total > 80 ? 0 : 2, borderWidth: 2 },
      })
    }
    start += epochs.length
  })
  const baseline = stages.find(({ stage }) => stage === 'baseline')?.mAP50_95
  if (typeof baseline === 'number') {
    const data = [1, total].map((x) => ({ x, y: baseline }))
    datasets.push({
      ...{ label: `${words.baseline}: mAP50-95`, data, borderColor: colors[4], pointRadius: 0 },
      ...{ borderDash: [6, 4], borderWidth: 1 },
    })
  }
  new Chart(target, {
    type: 'line',
    data: { datasets: datasets as never },
    options: { scales: { x: { type: 'linear', ...axis(words.epoch) }, y: axis('mAP', 1) } },
  })
}

/** Share of gammas near zero by epoch, of the stages that shrink them. */
function drawNearZero(stages: readonly ReportStage[]): void {
  const target = canvas('near-zero')
  if (!target) return
  new Chart(target, {
    type: 'line',
    data: {
      datasets: stages.map(({ name, gammas }, i) => ({
        label: name,
        data: gammas.map(({ nearZero }, k) => ({ x: k + 1, y: nearZero * 100 })),
        borderColor: colors[i % colors.length] ?? '',
        backgroundColor: colors[i % colors.length] ?? '',
        pointRadius: 2,
      })),
    },
    options: {
      scales: {
        x: { type: 'linear', ...axis(words.epoch) },
        y: axis(words.nearZero, 100),
      },
    },
  })
}

/** |gamma| of all channels after the first and the last epoch of sparse training. */
function drawHistogram(stages: readonly ReportStage[]): void {
  const target = canvas('histogram')
  const gammas = stages.at(-1)?.gammas ?? []
  const [first, last] = [gammas[0], gammas.at(-1)]
  if (!target || !first || !last) return
  const shown = 48
  const set = (label: string, histogram: readonly number[], color: string | undefined): object => ({
    ...{ label, data: histogram.slice(0, shown), backgroundColor: color ?? '' },
    ...{ barPercentage: 1, categoryPercentage: 1 },
  })
  new Chart(target, {
    type: 'bar',
    data: {
      labels: Array.from({ length: shown }, (_, bin) => ((bin * 2) / 64).toFixed(2)),
      datasets: [
        set(words.afterFirst, first.histogram, `${colors[0]}88`),
        set(words.afterLast, last.histogram, `${colors[1]}aa`),
      ] as never,
    },
    options: {
      scales: { x: { title: { display: true, text: '|gamma|' } }, y: axis(words.channels) },
    },
  })
}

function drawLayers(stages: readonly ReportStage[]): void {
  const target = canvas('layers')
  const layers = stages.findLast((stage) => stage.layers)?.layers
  if (!target || !layers) return
  new Chart(target, {
    type: 'bar',
    data: {
      labels: layers.map(({ name }) => name.replace(/^model\./, '').replace(/\.bn$/, '')),
      datasets: [
        {
          label: words.kept,
          data: layers.map(({ after }) => after),
          backgroundColor: colors[2] ?? '',
        },
        {
          label: words.removed,
          data: layers.map(({ before, after }) => before - after),
          backgroundColor: `${colors[4]}88`,
        },
      ],
    },
    options: {
      scales: {
        x: { stacked: true, ticks: { autoSkip: false, maxRotation: 90, font: { size: 9 } } },
        y: { stacked: true, ...axis(words.channels) },
      },
    },
  })
}

const sparse = pageStages.filter(({ stage, gammas }) => stage === 'sparse' && gammas.length > 0)
drawScores(pageStages)
drawNearZero(sparse)
drawHistogram(sparse)
drawLayers(pageStages)
