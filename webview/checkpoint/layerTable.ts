import * as l10n from '@vscode/l10n'
import type { CheckpointContent } from '../../src/extension/checkpointViewer/contract'
import { formatSmall } from '../../src/runs/format/numbers'
import { shortLayer } from '../charts/layerName'
import { element } from '../common/element'
import { type GammaStats, gammaStats, largest, sortedGammas } from './gammaStats'

type Layer = CheckpointContent['layers'][number]

/** Every BatchNorm with its gammas: how many near zero, their median, and their histogram. */
export function layerTable(layers: readonly Layer[]): HTMLElement {
  const gammas = layers.map(({ gamma }) => sortedGammas(gamma))
  const most = largest(gammas)
  const heads: readonly (readonly [string, string])[] = [
    [l10n.t('layer'), ''],
    [l10n.t('channels'), 'number'],
    [l10n.t('near zero'), 'number'],
    [l10n.t('median |gamma|'), 'number'],
    [l10n.t('largest'), 'number extra'],
    [l10n.t('|gamma| from 0 to {0}', formatSmall(most)), 'extra'],
    [l10n.t('prunable'), ''],
  ]
  return element(
    'table',
    { class: 'gammas' },
    element('caption', { class: 'unseen' }, l10n.t('Gammas of every BatchNorm')),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...heads.map(([head, kind]) => element('th', { scope: 'col', class: kind }, head)),
      ),
    ),
    element(
      'tbody',
      {},
      ...layers.map((layer, index) =>
        layerRow(layer, gammaStats(gammas[index] ?? new Float32Array(0), most)),
      ),
    ),
  )
}

function layerRow({ name, reason, tie }: Layer, stats: GammaStats): HTMLElement {
  const number = (text: string, kind = '') => element('td', { class: `number ${kind}` }, text)
  return element(
    'tr',
    {},
    element('th', { scope: 'row', title: name }, shortLayer(name)),
    number(String(stats.channels)),
    number(String(stats.nearZero)),
    number(formatSmall(stats.median)),
    number(formatSmall(stats.max), 'extra'),
    element('td', { class: 'extra' }, histogram(stats)),
    element('td', reason === '' ? {} : { class: 'muted' }, prunableText(name, reason, tie)),
  )
}

function prunableText(name: string, reason: string, tie: string): string {
  if (reason !== '') return l10n.t('no: {0}', reason)
  return tie === '' || tie === name ? l10n.t('yes') : l10n.t('yes, with {0}', shortLayer(tie))
}

const size = { width: 128, height: 18 } as const

/** Bars of the theme's colour; high ones are drawn lower than they are, so that low ones show. */
function histogram({ bins, nearZero, channels }: GammaStats): Element {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`)
  svg.setAttribute('class', 'histogram')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', l10n.t('{0} of {1} channels near zero', nearZero, channels))
  const most = Math.sqrt(Math.max(1, ...bins))
  const width = size.width / bins.length
  const path = bins
    .map((count, bin) => {
      const height = (Math.sqrt(count) / most) * size.height
      return count === 0
        ? ''
        : `M${bin * width} ${size.height}v${-height}h${width - 0.5}v${height}z`
    })
    .join('')
  const bars = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  bars.setAttribute('d', path)
  svg.append(bars)
  return svg
}
