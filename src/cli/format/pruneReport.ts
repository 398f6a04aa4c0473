import * as l10n from '@vscode/l10n'
import type { PruneReport } from '../../core/slimming/pruneCheckpoint'
import {
  formatBytes,
  formatCount,
  formatFactor,
  formatShare,
  formatSmall,
} from '../../runs/format/numbers'
import { tableLines } from './table'

/** The before/after table per layer, then the totals. */
export function pruneReportLines(report: PruneReport): string[] {
  return [...layerLines(report), '', ...totalLines(report)]
}

function layerLines({ layers }: PruneReport): string[] {
  const tied = layers.some(({ group }) => group !== undefined)
  const head = [
    l10n.t('layer'),
    l10n.t('channels'),
    l10n.t('left'),
    l10n.t('removed'),
    ...(tied ? [l10n.t('tied to')] : []),
  ]
  const rows = layers.map(({ name, before, after, group }) => [
    name,
    String(before),
    String(after),
    after === before ? '–' : formatShare(1 - after / before),
    ...(tied ? [group === undefined || group === name ? '' : group] : []),
  ])
  return tableLines([head, ...rows], ['left', 'right', 'right', 'right', 'left'])
}

function totalLines(report: PruneReport): string[] {
  const channels = {
    before: report.layers.reduce((sum, layer) => sum + layer.before, 0),
    after: report.layers.reduce((sum, layer) => sum + layer.after, 0),
  }
  const row = (
    name: string,
    figures: { readonly before: number; readonly after: number },
    shown: (value: number) => string,
  ) => [name, shown(figures.before), '→', shown(figures.after), formatFactor(figures)]
  const asked =
    report.percentAsked === null ? '' : l10n.t(' ({0} asked)', formatShare(report.percentAsked))
  const threshold = Number.isFinite(report.threshold)
    ? l10n.t(', threshold {0}', formatSmall(report.threshold))
    : ''
  return [
    ...tableLines(
      [
        row(l10n.t('channels'), channels, String),
        row(l10n.t('parameters'), report.parameters, formatCount),
        row('GFLOPs', report.gflops, formatSmall),
        row(l10n.t('size'), report.bytes, formatBytes),
      ],
      ['left', 'right', 'left', 'right', 'right'],
    ),
    l10n.t(
      'removed {0} of the prunable channels{1}{2}',
      formatShare(report.percentReached),
      asked,
      threshold,
    ),
  ]
}
