import * as l10n from '@vscode/l10n'
import { formatBytes, formatCount, formatShare, formatSmall } from '../../runs/format/numbers'
import type { InspectReport } from '../inspection'
import { tableLines } from './table'

/** What is in a checkpoint, for people; warnings apart, see `inspectWarnings`. */
export function inspectLines(report: InspectReport): string[] {
  const { release, modelClass, names, parameters, bytes, precision, finished, layers } = report
  const facts = [
    [l10n.t('release'), release],
    [l10n.t('model'), modelClass ?? l10n.t('none (a state dict)')],
    [l10n.t('classes'), names.length === 0 ? '–' : `${names.length}: ${shortList(names)}`],
    [l10n.t('parameters'), formatCount(parameters)],
    [l10n.t('size'), `${formatBytes(bytes)}, ${precision}`],
    [
      l10n.t('training'),
      finished
        ? l10n.t('finished, stripped')
        : l10n.t('unfinished: it still holds the optimizer’s state'),
    ],
  ]
  const lines = tableLines(facts)
  if (layers.length > 0) lines.push('', ...layerLines(report), '', ...shareLines(report))
  return lines
}

function layerLines({ layers }: InspectReport): string[] {
  const head = [
    l10n.t('layer'),
    l10n.t('channels'),
    l10n.t('near zero'),
    'min',
    'q25',
    'median',
    'q75',
    'max',
    l10n.t('prunable'),
  ]
  const rows = layers.map(({ name, channels, gamma, prunable, reason, group }) => [
    name,
    String(channels),
    String(gamma.nearZero),
    ...[gamma.min, gamma.q25, gamma.median, gamma.q75, gamma.max].map(formatSmall),
    prunable
      ? group === undefined || group === name
        ? l10n.t('yes')
        : l10n.t('yes, with {0}', group)
      : l10n.t('no: {0}', reason ?? ''),
  ])
  const right = ['right', 'right', 'right', 'right', 'right', 'right', 'right'] as const
  return tableLines([head, ...rows], ['left', ...right, 'left'])
}

function shareLines({ layers }: InspectReport): string[] {
  const prunable = layers.filter((layer) => layer.prunable)
  const channels = prunable.reduce((sum, layer) => sum + layer.channels, 0)
  const nearZero = prunable.reduce((sum, layer) => sum + layer.gamma.nearZero, 0)
  if (channels === 0) return [l10n.t('no layer can be pruned')]
  return [
    l10n.t(
      '{0} of {1} layers prunable, {2} channels, of which {3} ({4}) have |gamma| near zero',
      prunable.length,
      layers.length,
      channels,
      nearZero,
      formatShare(nearZero / channels),
    ),
  ]
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ')
  return names.length > 8 ? `${shown}, …` : shown
}
