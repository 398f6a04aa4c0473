import * as l10n from '@vscode/l10n'
import type { BeforeAfter, Outcome } from '../../src/core/slimming/preview'
import {
  formatBytes,
  formatCount,
  formatFactor,
  formatShare,
  formatSmall,
} from '../../src/runs/format/numbers'
import { element } from '../common/element'

type Row = {
  readonly root: HTMLElement
  readonly show: (figures: BeforeAfter | undefined) => void
}

/** What a prune does, or did, to a model. */
export type PruneFigures = Pick<Outcome, 'channels' | 'parameters' | 'gflops' | 'bytes'> &
  Pick<Outcome['plan'], 'percentAsked' | 'percentReached' | 'threshold'>

/** Channels, parameters, GFLOPs and size before and after, and what was removed in all. */
export class Totals {
  readonly root: HTMLElement
  private readonly rows: readonly [Row, Row, Row, Row]
  private readonly reached = element('strong')
  private readonly details = element('span')

  constructor() {
    const unknown = l10n.t('known only once it is pruned')
    this.rows = [
      totalRow(l10n.t('channels'), String),
      totalRow(l10n.t('parameters'), formatCount),
      totalRow('GFLOPs', formatSmall),
      totalRow(l10n.t('size'), formatBytes, unknown),
    ]
    const heads = ['', l10n.t('before'), l10n.t('after'), l10n.t('smaller')]
    this.root = element(
      'div',
      {},
      element('p', { class: 'reached' }, this.reached, this.details),
      element(
        'table',
        { class: 'totals' },
        element('caption', { class: 'unseen' }, l10n.t('The model before and after')),
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...heads.map((head) => element('th', { scope: 'col', class: 'number' }, head)),
          ),
        ),
        element('tbody', {}, ...this.rows.map(({ root }) => root)),
      ),
    )
  }

  show(figures: PruneFigures): void {
    const { percentReached, channels, parameters, gflops, bytes } = figures
    const [first, second, third, fourth] = this.rows
    first.show(channels)
    second.show(parameters)
    third.show(gflops)
    fourth.show(bytes)
    setText(this.reached, l10n.t('{0} of the channels removed', formatShare(percentReached)))
    setText(this.details, detailText(figures))
  }
}

/** The outcome in a sentence, for who cannot see the table. */
export function spokenOutcome({ plan, parameters, bytes }: Outcome): string {
  const share = formatShare(plan.percentReached)
  const count = formatCount(parameters.after)
  return bytes
    ? l10n.t('{0} removed: {1} parameters, {2}', share, count, formatBytes(bytes.after))
    : l10n.t('{0} removed: {1} parameters', share, count)
}

function detailText({ percentAsked, threshold }: PruneFigures): string {
  const parts = [
    ...(percentAsked === null ? [] : [l10n.t('{0} asked', formatShare(percentAsked))]),
    // A record in JSON has the largest number where nothing was spared.
    ...(threshold < Number.MAX_VALUE ? [l10n.t('cut below {0}', formatSmall(threshold))] : []),
  ]
  return parts.join(', ')
}

function totalRow(name: string, shown: (value: number) => string, unknown = ''): Row {
  const [before, after, factor] = [0, 1, 2].map(() => element('td', { class: 'number' }))
  return {
    root: element('tr', {}, element('th', { scope: 'row' }, name), before, after, factor),
    show: (figures) => {
      setText(before, figures ? shown(figures.before) : '–')
      setText(after, figures ? shown(figures.after) : '–')
      setText(factor, figures ? formatFactor(figures) : '')
      if (after) after.title = figures ? '' : unknown
    },
  }
}

/** Leaves what is right alone: a write makes the browser lay out again. */
export function setText(target: HTMLElement | undefined, text: string): void {
  if (target && target.textContent !== text) target.textContent = text
}
