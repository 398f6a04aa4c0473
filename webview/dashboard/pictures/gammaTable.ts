import * as l10n from '@vscode/l10n'
import { type GammaBlock, gammaBins, histogramAt } from '../../../src/runs/gammaBlock'
import type { ChartTable } from '../../charts/series'
import { binWidth } from '../gammaData'

/**
 * What stands over a column of epochs. A page has those of a long run that a screen can show: a table of them is not
 * to pass for the whole.
 *
 * @param available epochs that the log has
 */
export function epochHead({ epochs }: GammaBlock, available: number): string {
  return epochs.length < available
    ? l10n.t('epoch ({0} of {1})', epochs.length, available)
    : l10n.t('epoch')
}

/** Channels by epoch and bin of |gamma|, of one layer or of all together: every epoch that the page has. */
export function histogramTable(
  block: GammaBlock,
  layer: number | undefined,
  available: number,
): ChartTable {
  const bins = Array.from({ length: gammaBins }, (_, bin) => (bin * binWidth).toFixed(3))
  return {
    heads: [epochHead(block, available), ...bins],
    rows: Array.from(block.epochs, (epoch, row) => [epoch + 1, ...histogramAt(block, row, layer)]),
  }
}
