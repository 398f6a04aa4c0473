import * as l10n from '@vscode/l10n'
import type { AnnotationOptions } from 'chartjs-plugin-annotation'
import type { GammaBlock } from '../../../src/runs/gammaBlock'
import type { Picture } from '../../charts/frame'
import { type Line, linePicture, plain } from '../../charts/linePicture'
import { readTheme } from '../../charts/theme'
import { cliffOf, gammaCut, sortedCurve } from '../gammaData'
import { labelStyle } from './strips'

export type SortedOptions = {
  readonly block: GammaBlock
  readonly row: number
  /** The first row that is shown beside it; undefined where there is no other. */
  readonly first: { readonly block: GammaBlock; readonly row: number } | undefined
  /** Share of channels to be removed, 0 to 1. */
  readonly percent: number
  readonly log: boolean
}

/** All channels sorted by |gamma|, with the threshold of a percent, and where a layer would lose its last channel. */
export function sortedPicture({ block, row, first, percent, log }: SortedOptions): Picture {
  const theme = readTheme()
  const line = (at: { block: GammaBlock; row: number }, color: string, dash: number[]): Line => {
    const { x, y } = sortedCurve(at.block, at.row)
    const name = l10n.t('epoch {0}', (at.block.epochs[at.row] ?? 0) + 1)
    return { x: Array.from(x, (share) => share * 100), y, name, color, dash, width: 2 }
  }
  const cut = gammaCut(block, row, percent)
  const cliff = cliffOf(block, row)
  const mark = (at: object, color: string, content: string, position: 'start' | 'end') =>
    ({
      ...{ type: 'line', ...at, borderColor: color, borderWidth: 1.5 },
      label: { display: true, content, position, ...labelStyle(theme) },
    }) as AnnotationOptions
  const x = percent * 100
  const annotations = {
    percent: mark({ xMin: x, xMax: x }, theme.warning, `${x.toFixed(0)} %`, 'start'),
    threshold: mark({ yMin: cut, yMax: cut }, theme.warning, `|gamma| ${plain(cut)}`, 'end'),
    ...(cliff
      ? {
          cliff: mark(
            { xMin: cliff.share * 100, xMax: cliff.share * 100, borderDash: [4, 3] },
            theme.error,
            l10n.t('cliff {0} %', (cliff.share * 100).toFixed(1)),
            'end',
          ),
        }
      : {}),
  }
  const cliffText = cliff
    ? l10n.t(
        'From {0} % on {1} would lose its last channels.',
        (cliff.share * 100).toFixed(1),
        cliff.layer,
      )
    : ''
  return linePicture({
    lines: [
      line({ block, row }, theme.accent, []),
      ...(first ? [line(first, theme.muted, [4, 3])] : []),
    ],
    ...{ annotations, log, legend: first !== undefined, min: 0 },
    ...{ xTitle: l10n.t('channels, %'), yTitle: '|gamma|' },
    formatX: (share) => share.toFixed(0),
    summary: `${l10n.t('{0} % of the channels lie below |gamma| {1}.', x.toFixed(0), plain(cut))} ${cliffText}`,
  })
}
