import * as l10n from '@vscode/l10n'
import type { AnnotationOptions } from 'chartjs-plugin-annotation'
import { type GammaBlock, nearZeroBelow } from '../../../src/runs/gammaBlock'
import type { Picture } from '../../charts/frame'
import { type Line, linePicture, plain } from '../../charts/linePicture'
import { tableOf } from '../../charts/series'
import { readTheme } from '../../charts/theme'
import { sharesBelow } from '../gammaData'
import { epochHead } from './gammaTable'
import { labelStyle } from './strips'

export type ShareOptions = {
  readonly block: GammaBlock
  readonly layer: number | undefined
  /** Epochs that the log has. */
  readonly available: number
  /** |gamma| below which channels would be removed now. */
  readonly cut: number
  /** Share that is aimed at, 0 to 1. */
  readonly target: number | undefined
  /** Share that is expected after the last epoch. */
  readonly projected: { readonly epochs: number; readonly share: number } | undefined
}

/** Share of channels under the threshold after each epoch, and near zero; dashed what is expected. */
export function sharePicture(options: ShareOptions): Picture {
  const { block, layer, available, cut, target, projected } = options
  const theme = readTheme()
  const x = Array.from(block.epochs, (epoch) => epoch + 1)
  const percent = (shares: Float64Array): number[] => Array.from(shares, (share) => share * 100)
  const near = percent(sharesBelow(block, nearZeroBelow, layer))
  const last = x.at(-1)
  const lines: Line[] = [
    { x, y: near, name: l10n.t('near zero (< 0.01)'), color: theme.accent, width: 2 },
    {
      ...{ x, y: percent(sharesBelow(block, cut, layer)), width: 1.5 },
      ...{ name: l10n.t('under the threshold {0}', plain(cut)), color: theme.warning },
    },
  ]
  if (projected && last !== undefined && projected.epochs > last) {
    lines.push({
      ...{ x: [last, projected.epochs], y: [near.at(-1) ?? 0, projected.share * 100] },
      ...{ name: l10n.t('expected'), color: theme.accent, dash: [5, 4] },
    })
  }
  const wanted: Record<string, AnnotationOptions> =
    target === undefined
      ? {}
      : {
          target: {
            ...{ type: 'line', yMin: target * 100, yMax: target * 100, borderWidth: 1 },
            ...{ borderColor: theme.muted, borderDash: [3, 3] },
            label: {
              ...{ display: true, content: l10n.t('wanted'), position: 'start' },
              ...labelStyle(theme),
            },
          },
        }
  return linePicture({
    ...{ lines, annotations: wanted, legend: true, xMin: 0, min: 0, max: 100 },
    ...{ xTitle: l10n.t('epoch'), yTitle: l10n.t('channels, %') },
    formatY: (share) => String(Number(share.toFixed(1))),
    table: () => tableOf(epochHead(block, available), lines),
    summary: l10n.t('{0} % near zero after epoch {1}', (near.at(-1) ?? 0).toFixed(1), last ?? 0),
  })
}
