import * as l10n from '@vscode/l10n'
import type { ChartConfiguration } from 'chart.js'
import { type GammaBlock, gammaBins, histogramAt } from '../../../src/runs/gammaBlock'
import type { Picture } from '../../charts/frame'
import { mix, readTheme, type Theme } from '../../charts/theme'
import { binWidth, heatCells } from '../gammaData'

/** |gamma| over epochs: the fuller a bin, the stronger its colour. */
export function heatmap(block: GammaBlock, layer: number | undefined): Picture {
  const theme = readTheme()
  const { cells, bins } = heatCells(block, layer)
  const rows = block.epochs.length
  const epochOf = (row: number): number => (block.epochs[row] ?? 0) + 1
  const config: ChartConfiguration<'matrix'> = {
    type: 'matrix',
    data: {
      datasets: [
        {
          label: '|gamma|',
          data: cells.map(({ row, bin, share }) => ({
            x: row,
            y: (bin + 0.5) * binWidth,
            v: share,
          })),
          backgroundColor: cells.map(({ share }) => heatColor(share, theme)),
          borderWidth: 0,
          // A little more than the cell, or rounding leaves gaps between them.
          width: ({ chart }) => (chart.chartArea?.width ?? 0) / spanOf(chart.scales.x, rows) + 0.6,
          height: ({ chart }) => (chart.chartArea?.height ?? 0) / bins + 0.6,
        },
      ],
    },
    options: {
      scales: {
        x: {
          ...{
            type: 'linear',
            min: -0.5,
            max: rows - 0.5,
            offset: false,
            grid: { display: false },
          },
          title: { display: true, text: l10n.t('epoch') },
          ticks: {
            ...{ maxRotation: 0, precision: 0 },
            callback: (row) => (Number.isInteger(row) ? epochOf(Number(row)) : ''),
          },
        },
        y: {
          ...{ type: 'linear', min: 0, max: bins * binWidth, reverse: false },
          grid: { display: false },
          title: { display: true, text: '|gamma|' },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: ([item]) => l10n.t('epoch {0}', epochOf(cells[item?.dataIndex ?? 0]?.row ?? 0)),
            label: ({ dataIndex }) => {
              const { bin = 0, share = 0 } = cells[dataIndex] ?? {}
              const range = `${(bin * binWidth).toFixed(2)}–${((bin + 1) * binWidth).toFixed(2)}`
              return l10n.t('|gamma| {0}: {1} % of the channels', range, (share * 100).toFixed(1))
            },
          },
        },
      },
    },
  }
  return {
    config: config as unknown as ChartConfiguration,
    summary: l10n.t('|gamma| of {0} epochs, up to {1}', rows, (bins * binWidth).toFixed(2)),
    table: () => ({
      heads: [
        l10n.t('epoch'),
        ...Array.from({ length: gammaBins }, (_, bin) => (bin * binWidth).toFixed(3)),
      ],
      rows: Array.from(block.epochs, (epoch, row) => [
        epoch + 1,
        ...histogramAt(block, row, layer),
      ]),
    }),
  }
}

/** Rows between the edges of what is shown, fewer when zoomed. */
function spanOf(
  scale: { readonly min: number; readonly max: number } | undefined,
  rows: number,
): number {
  return scale ? Math.max(scale.max - scale.min, 1e-3) : rows
}

/** Few channels shall still be seen, so colours follow the root of the share. */
function heatColor(share: number, { background, accent, foreground }: Theme): string {
  const strength = Math.sqrt(share)
  return strength < 0.5
    ? mix(background, accent, 0.15 + 1.7 * strength)
    : mix(accent, foreground, (strength - 0.5) * 2)
}
