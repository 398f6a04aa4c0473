import * as l10n from '@vscode/l10n'
import type { EpochEvent, GammaEvent, PrunedEvent, RunEvent, StartedEvent } from '../events'
import { formatDuration, formatFactor, formatScore, formatShare, formatSmall } from './numbers'

/** Share of all prunable gammas that are near zero. */
export function nearZeroShare(event: GammaEvent): number | undefined {
  let zero = 0
  let total = 0
  for (const { nearZero, histogram } of event.layers) {
    zero += nearZero
    for (const count of histogram) total += count
  }
  return total > 0 ? zero / total : undefined
}

/** The head of a run: what it runs on, and what the sparsity will do. */
export function startedLines(event: StartedEvent): string[] {
  const versions = Object.entries(event.versions)
    .filter(([, version]) => version !== null)
    .map(([name, version]) => `${name} ${version}`)
  const lines = [[event.devices.join(', ') || '–', ...versions].join('  ')]
  const channels = event.layers.reduce((sum, layer) => sum + layer.channels, 0)
  const facts: string[] = []
  if (event.epochs > 0) facts.push(l10n.t('{0} epochs', event.epochs))
  if (event.batchSize > 0) facts.push(l10n.t('batch {0}', event.batchSize))
  if (event.imageSize > 0) facts.push(l10n.t('{0} px', event.imageSize))
  if (channels > 0) {
    facts.push(l10n.t('{0} prunable channels in {1} layers', channels, event.layers.length))
  }
  if (event.resumed) facts.push(l10n.t('resumed'))
  if (facts.length > 0) lines.push(facts.join(', '))
  const { sparsity } = event
  if (sparsity) {
    lines.push(
      l10n.t(
        'sparsity: {0}, sr {1}, {2}',
        sparsity.reg,
        formatSmall(sparsity.sr),
        sparsity.schedule,
      ),
    )
    if (sparsity.explanation) lines.push(sparsity.explanation)
  }
  if (event.shims && event.shims.length > 0) {
    lines.push(l10n.t('compatibility: {0}', event.shims.join(', ')))
  }
  return lines
}

/** One line for an epoch that is over. */
export function epochLine(event: EpochEvent, nearZero: number | undefined): string {
  const digits = String(event.epochs).length
  const count = `${String(event.epoch + 1).padStart(digits)}/${event.epochs}`
  const parts = [
    l10n.t('epoch {0}', count),
    lossText(event.train),
    `P ${formatScore(event.precision)} R ${formatScore(event.recall)}`,
    `mAP50 ${formatScore(event.mAP50)} mAP50_95 ${formatScore(event.mAP50_95)}`,
  ]
  if (event.lr !== null) parts.push(`lr ${formatSmall(event.lr)}`)
  if (event.sr > 0) parts.push(`sr ${formatSmall(event.sr)}`)
  if (nearZero !== undefined) parts.push(l10n.t('near zero {0}', formatShare(nearZero)))
  parts.push(formatDuration(event.seconds))
  return parts.filter((part) => part !== '').join('  ')
}

/** `box 0.051 obj 0.013 cls 0.004` */
export function lossText(losses: Readonly<Record<string, number>>): string {
  return Object.entries(losses)
    .map(
      ([name, value]) => `${name.replace(/^.*\//, '').replace(/_loss$/, '')} ${lossNumber(value)}`,
    )
    .join(' ')
}

function lossNumber(value: number): string {
  return Number.isFinite(value) ? value.toFixed(4) : String(value)
}

/** A prune in one line, as a run's log has it. */
export function prunedLine(event: PrunedEvent): string {
  return l10n.t(
    'pruned {0} of the channels: {1} fewer parameters, {2}',
    formatShare(event.percentReached),
    formatFactor(event.parameters),
    event.output,
  )
}

/** Plain lines for one event; nothing for those that only the live line shows. */
export function eventLines(event: RunEvent, nearZero: number | undefined): string[] {
  switch (event.type) {
    case 'started':
      return startedLines(event)
    case 'epoch':
      return event.amends ? [] : [epochLine(event, nearZero)]
    case 'pruned':
      return [prunedLine(event)]
    default:
      return []
  }
}
