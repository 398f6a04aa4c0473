import * as l10n from '@vscode/l10n'
import type { ChartConfiguration, ChartDataset } from 'chart.js'
import type { GammaBlock } from '../../../src/runs/gammaBlock'
import { spread } from '../../../src/runs/spread'
import type { Picture } from '../../charts/frame'
import { mix, readTheme } from '../../charts/theme'
import { binWidth, rowsOf } from '../gammaData'
import { gammaAxis } from './gammaAxis'
import { histogramTable } from './gammaTable'

/** Hills that can still be told apart, and how many steps the highest rises over its own. */
const mostHills = 24
const overlap = 3

/**
 * The histogram of each of some epochs as a hill, the latest in front. Heights are roots of counts, or the channels at
 * zero would flatten all others.
 *
 * @param available epochs that the log has
 */
export function ridge(block: GammaBlock, layer: number | undefined, available: number): Picture {
  const theme = readTheme()
  const rows = spread(
    Array.from(block.epochs, (_, row) => row),
    mostHills,
  )
  const { bins, histograms: all } = rowsOf(block, layer)
  const histograms = rows.map((row) => all[row] ?? new Float64Array(0))
  const highest = Math.max(...histograms.flatMap((histogram) => [...histogram]), 1)
  const hills = rows.map((row, at): ChartDataset<'line'> => {
    const base = rows.length - 1 - at
    const hill = Array.from(histograms[at] ?? [])
      .slice(0, bins + 1)
      .map((count, bin) => ({
        x: (bin + 0.5) * binWidth,
        y: base + Math.sqrt(count / highest) * overlap,
      }))
    const color = mix(theme.muted, theme.accent, (at + 1) / rows.length)
    return {
      ...{ label: l10n.t('epoch {0}', (block.epochs[row] ?? 0) + 1), data: hill },
      ...{ borderColor: color, backgroundColor: mix(theme.background, color, 0.35) },
      ...{ borderWidth: 1, pointRadius: 0, pointHitRadius: 4, tension: 0.3 },
      fill: { value: base },
    }
  })
  const config: ChartConfiguration<'line'> = {
    type: 'line',
    // The first is drawn last, in front of all.
    data: { datasets: hills.reverse() },
    options: {
      parsing: false,
      interaction: { mode: 'nearest', intersect: false },
      scales: {
        x: gammaAxis(bins),
        y: {
          ...{ type: 'linear', min: 0, max: rows.length - 1 + overlap },
          title: { display: true, text: l10n.t('epoch') },
          grid: { display: false },
          ticks: {
            ...{ stepSize: Math.ceil(rows.length / 8), autoSkip: false },
            callback: (base) => {
              const row = rows[rows.length - 1 - Number(base)]
              return row === undefined ? '' : (block.epochs[row] ?? 0) + 1
            },
          },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: ([item]) => item?.dataset.label ?? '',
            label: ({ parsed, datasetIndex }) => {
              const height = ((parsed.y ?? 0) - datasetIndex) / overlap
              const count = height * height * highest
              return l10n.t(
                '|gamma| {0}: {1} channels',
                (parsed.x ?? 0).toFixed(2),
                Math.round(count),
              )
            },
          },
        },
      },
    },
  }
  return {
    config: config as unknown as ChartConfiguration,
    summary: l10n.t('Histograms of |gamma| of {0} epochs, the latest in front', rows.length),
    table: () => histogramTable(block, layer, available),
  }
}
