import * as l10n from '@vscode/l10n'
import type { ChartConfiguration } from 'chart.js'
import { type GammaBlock, gammaRange } from '../../../src/runs/gammaBlock'
import type { Picture } from '../../charts/frame'
import { readTheme, withAlpha } from '../../charts/theme'
import { binWidth, rowsOf } from '../gammaData'

/** |gamma| of the channels after one epoch; what is under the threshold in the warning's colour. */
export function histogramPicture(
  block: GammaBlock,
  row: number,
  layer: number | undefined,
  cut: number,
  log: boolean,
): Picture {
  const theme = readTheme()
  const { bins, histograms } = rowsOf(block, layer)
  const counts = Array.from(histograms[row] ?? []).slice(0, bins)
  const edges = counts.map((_, bin) => (bin * binWidth).toFixed(2))
  const config: ChartConfiguration<'bar'> = {
    type: 'bar',
    data: {
      labels: edges,
      datasets: [
        {
          ...{
            label: l10n.t('channels'),
            data: counts,
            barPercentage: 1,
            categoryPercentage: 0.96,
          },
          backgroundColor: counts.map((_, bin) =>
            withAlpha((bin + 0.5) * binWidth < cut ? theme.warning : theme.accent, 0.8),
          ),
        },
      ],
    },
    options: {
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: { title: { display: true, text: '|gamma|' }, grid: { display: false } },
        y: {
          type: log ? 'logarithmic' : 'linear',
          title: { display: true, text: l10n.t('channels') },
        },
      },
      plugins: { legend: { display: false } },
    },
  }
  return {
    config: config as ChartConfiguration,
    summary: l10n.t(
      '{0} channels over |gamma| 0 to {1}',
      counts.reduce((a, b) => a + b, 0),
      gammaRange,
    ),
    table: () => ({
      heads: ['|gamma|', l10n.t('channels')],
      rows: counts.map((count, bin) => [edges[bin] ?? '', count]),
    }),
  }
}
