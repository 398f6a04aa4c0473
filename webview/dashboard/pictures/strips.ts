import * as l10n from '@vscode/l10n'
import type { ChartConfiguration } from 'chart.js'
import type { AnnotationOptions } from 'chartjs-plugin-annotation'
import type { GammaBlock } from '../../../src/runs/gammaBlock'
import type { Picture } from '../../charts/frame'
import { shortLayer } from '../../charts/layerName'
import { plain } from '../../charts/linePicture'
import { readTheme, withAlpha } from '../../charts/theme'
import { strips } from '../gammaData'

/** Each layer's |gamma| after an epoch: from least to greatest, the middle half broad, the median marked. */
export function stripsPicture(block: GammaBlock, row: number, cut: number): Picture {
  const theme = readTheme()
  const layers = strips(block, row)
  const threshold: AnnotationOptions = {
    ...{ type: 'line', yMin: cut, yMax: cut, borderColor: theme.warning, borderWidth: 1 },
    label: { display: true, content: l10n.t('threshold'), position: 'end', ...labelStyle(theme) },
  }
  const config: ChartConfiguration = {
    type: 'bar',
    data: {
      labels: layers.map(({ layer }) => shortLayer(layer)),
      datasets: [
        {
          ...{ type: 'line', label: l10n.t('median'), showLine: false, pointRadius: 2.5 },
          ...{ data: layers.map(({ quantiles }) => quantiles[2]), pointStyle: 'rectRot' },
          ...{ borderColor: theme.foreground, backgroundColor: theme.foreground },
        },
        {
          ...{ label: l10n.t('middle half'), grouped: false, barPercentage: 0.8 },
          data: layers.map(({ quantiles }) => [quantiles[1], quantiles[3]]),
          backgroundColor: withAlpha(theme.accent, 0.7),
        },
        {
          ...{ label: l10n.t('least to greatest'), grouped: false, barPercentage: 0.25 },
          data: layers.map(({ quantiles }) => [quantiles[0], quantiles[4]]),
          backgroundColor: withAlpha(theme.foreground, 0.3),
        },
      ],
    },
    options: {
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          grid: { display: false },
          ticks: { autoSkip: true, maxRotation: 90, font: { size: 9 } },
        },
        y: { min: 0, title: { display: true, text: '|gamma|' } },
      },
      plugins: {
        legend: { display: true, labels: { boxWidth: 12 } },
        annotation: { annotations: { threshold } },
        tooltip: {
          filter: ({ datasetIndex }) => datasetIndex === 0,
          callbacks: {
            title: ([item]) => layers[item?.dataIndex ?? 0]?.layer ?? '',
            label: ({ dataIndex }) => {
              const { quantiles = [], nearZero = 0 } = layers[dataIndex] ?? {}
              return [
                quantiles.map((value) => plain(value)).join(' · '),
                l10n.t('{0} % near zero', (nearZero * 100).toFixed(0)),
              ]
            },
          },
        },
      },
    },
  }
  const below = layers.filter(({ quantiles }) => quantiles[4] < cut).length
  return {
    config,
    summary: l10n.t(
      '{0} layers, of which {1} lie below the threshold wholly',
      layers.length,
      below,
    ),
    table: () => ({
      heads: [
        ...[l10n.t('layer'), l10n.t('least'), '25 %', l10n.t('median'), '75 %'],
        ...[l10n.t('greatest'), l10n.t('near zero')],
      ],
      rows: layers.map(({ layer, quantiles, nearZero }) => [layer, ...quantiles, nearZero]),
    }),
  }
}

/** How lines that mark something are named. */
export function labelStyle({ foreground, background }: ReturnType<typeof readTheme>) {
  return {
    color: foreground,
    backgroundColor: withAlpha(background, 0.8),
    font: { size: 10 },
    padding: 2,
  } as const
}
