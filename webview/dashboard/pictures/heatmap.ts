import * as l10n from '@vscode/l10n'
import type { ChartConfiguration } from 'chart.js'
import type { GammaBlock } from '../../../src/runs/gammaBlock'
import { cellsType } from '../../charts/cells'
import type { Picture } from '../../charts/frame'
import { mix, readTheme, type Theme } from '../../charts/theme'
import { binWidth, heatCells } from '../gammaData'
import { gammaAxis } from './gammaAxis'
import { histogramTable } from './gammaTable'

/** Colours that can be told apart. */
const shades = 16

/**
 * |gamma| over epochs: the fuller a bin, the stronger its colour.
 *
 * @param available epochs that the log has
 */
export function heatmap(block: GammaBlock, layer: number | undefined, available: number): Picture {
  const theme = readTheme()
  const { cells, bins } = heatCells(block, layer)
  const levels = Array.from({ length: shades }, (_, at) =>
    cells.filter(({ share }) => Math.min(shades - 1, Math.floor(Math.sqrt(share) * shades)) === at),
  )
  const rows = block.epochs.length
  const epochOf = (row: number): number => (block.epochs[row] ?? 0) + 1
  // Cells of one colour are one dataset: what thousands of cells share is reckoned once.
  const datasets = levels.map((level, at) => ({
    data: level.map(({ row, bin }) => ({ x: row, y: (bin + 0.5) * binWidth })),
    backgroundColor: heatColor((at + 0.5) / shades, theme),
    cell: [1, binWidth],
  }))
  const config: ChartConfiguration<'matrix'> = {
    type: cellsType,
    data: { datasets },
    options: {
      parsing: false,
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
        y: { ...gammaAxis(bins), reverse: false, grid: { display: false } },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: ([item]) => {
              const { row = 0 } = levels[item?.datasetIndex ?? 0]?.[item?.dataIndex ?? 0] ?? {}
              return l10n.t('epoch {0}', epochOf(row))
            },
            label: ({ datasetIndex, dataIndex }) => {
              const { bin = 0, share = 0 } = levels[datasetIndex]?.[dataIndex] ?? {}
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
    table: () => histogramTable(block, layer, available),
  }
}

/** Colour of a shade, 0 to 1: the root of the share of channels, since few shall still be seen. */
function heatColor(strength: number, { background, accent, foreground }: Theme): string {
  return strength < 0.5
    ? mix(background, accent, 0.15 + 1.7 * strength)
    : mix(accent, foreground, (strength - 0.5) * 2)
}
