import * as l10n from '@vscode/l10n'
import type { ChannelGraph, GraphNorm } from '../../src/core/slimming/graph'
import type { PlannedLayer } from '../../src/core/slimming/plan'
import { formatShare } from '../../src/runs/format/numbers'
import { shortLayer } from '../charts/layerName'
import { tick } from '../common/controls'
import { type Attributes, element } from '../common/element'
import { setText } from './totals'

type LayerRow = {
  readonly root: HTMLElement
  readonly name: string
  readonly fill: HTMLElement
  readonly after: HTMLElement
  readonly removed: HTMLElement
  readonly keep: HTMLInputElement
  /** What is shown: channels kept, or -1 before anything is. */
  shown: number
}

/** Whether a layer stays whole, and whether its checkbox says so itself or a glob does. */
export type Keeping = 'no' | 'named' | 'glob'

/**
 * Every BatchNorm with its channels before and after as a bar. The rows are made once; a tick writes only what
 * changed, and the browser leaves out rows that are not in sight (content-visibility in preview.css).
 */
export class LayerList {
  readonly root: HTMLElement
  private readonly rows: readonly LayerRow[]

  constructor(graph: ChannelGraph, onKeep: (layer: string, keep: boolean) => void) {
    const most = Math.max(1, ...graph.norms.map(({ channels }) => channels))
    const ties = tieNumbers(graph)
    this.rows = graph.norms.map((norm) =>
      layerRow(norm, most, norm.tie === undefined ? undefined : ties.get(norm.tie), onKeep),
    )
    const head = (text: string, rest: Attributes = {}) =>
      element('span', { role: 'columnheader', ...rest }, text)
    this.root = element(
      'div',
      { class: 'layers', role: 'table', 'aria-label': l10n.t('Channels of every layer') },
      element(
        'div',
        { class: 'layer heads', role: 'row' },
        ...[head(l10n.t('keep')), head(l10n.t('layer')), head(l10n.t('tied'))],
        head(l10n.t('channels'), unspokenBar),
        ...[head(l10n.t('before')), head(l10n.t('after')), head(l10n.t('removed'))],
      ),
      ...this.rows.map(({ root }) => root),
    )
    this.highlightTies()
  }

  show(layers: readonly PlannedLayer[]): void {
    layers.forEach(({ before, after }, index) => {
      const row = this.rows[index]
      if (!row || row.shown === after) return
      row.shown = after
      row.fill.style.transform = `scaleX(${before > 0 ? after / before : 0})`
      setText(row.after, String(after))
      setText(row.removed, after === before ? '–' : formatShare(1 - after / before))
      row.root.classList.toggle('cut', after < before)
    })
  }

  showKept(keeping: (layer: string) => Keeping): void {
    for (const { name, keep, root } of this.rows) {
      const kept = keeping(name)
      keep.checked = kept !== 'no'
      keep.disabled = kept === 'glob'
      root.classList.toggle('kept', kept !== 'no')
    }
  }

  /** Rows that go together are marked while one of them is pointed at or focused. */
  private highlightTies(): void {
    const mark = ({ target }: Event, marked: boolean) => {
      const row = target instanceof Element ? target.closest<HTMLElement>('.layer') : null
      const tie = row?.dataset.tie
      if (tie === undefined) return
      for (const { root } of this.rows) {
        if (root.dataset.tie === tie) root.classList.toggle('marked', marked)
      }
    }
    for (const type of ['pointerover', 'focusin']) {
      this.root.addEventListener(type, (event) => mark(event, true))
    }
    for (const type of ['pointerout', 'focusout']) {
      this.root.addEventListener(type, (event) => mark(event, false))
    }
  }
}

/** The bar says what the numbers beside it say. */
const unspokenBar = { class: 'bar', 'aria-hidden': 'true' } as const

/** Ties are numbered from the input on. */
export function tieNumbers({ norms }: ChannelGraph): ReadonlyMap<string, number> {
  const names = [...new Set(norms.flatMap(({ tie }) => tie ?? []))]
  return new Map(names.map((name, index) => [name, index + 1]))
}

function layerRow(
  { name, channels, prunable, reason, tie }: GraphNorm,
  most: number,
  tieNumber: number | undefined,
  onKeep: (layer: string, keep: boolean) => void,
): LayerRow {
  const label = shortLayer(name)
  const keep = tick(l10n.t('Keep {0} whole', label), false, (kept) => onKeep(name, kept), {
    class: 'whole',
  })
  const fill = element('span', { class: 'fill' })
  const track = element('span', { class: 'track' }, fill)
  track.style.width = `${Math.max(3, (100 * channels) / most)}%`
  const after = element('span', { class: 'number', role: 'cell' })
  const removed = element('span', { class: 'number', role: 'cell' })
  const tag =
    tieNumber === undefined
      ? undefined
      : element(
          'span',
          {
            class: `tie tie-${tieNumber % 6}`,
            title: l10n.t('Tied to {0} by residual adds', tie ?? ''),
          },
          String(tieNumber),
        )
  const root = element(
    'div',
    {
      ...{ class: `layer${prunable ? '' : ' fixed'}`, role: 'row' },
      'data-tie': tieNumber,
      title: prunable ? undefined : reason,
    },
    element('span', { role: 'cell' }, prunable ? keep : ''),
    element('span', { role: 'rowheader', class: 'name', title: name }, label),
    element('span', { role: 'cell' }, tag),
    element('span', { role: 'cell', ...unspokenBar }, track),
    element('span', { class: 'number', role: 'cell' }, String(channels)),
    after,
    removed,
  )
  return { root, name, fill, after, removed, keep, shown: -1 }
}
