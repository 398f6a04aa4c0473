import * as l10n from '@vscode/l10n'
import type { ChartConfiguration } from 'chart.js'
import type { Picture } from './frame'
import { shortLayer } from './layerName'
import { type Theme, withAlpha } from './theme'

export type LayerChannels = {
  readonly name: string
  readonly before: number
  readonly after: number
}

/**
 * Channels of every layer as bars, what a prune kept below what it removed.
 *
 * @param words in the reader's language
 */
export function channelsChart(
  layers: readonly LayerChannels[],
  theme: Theme,
  words: Readonly<Record<'kept' | 'removed' | 'channels', string>>,
): ChartConfiguration {
  const bars = (label: string, color: string, count: (layer: LayerChannels) => number) => ({
    ...{ label, data: layers.map(count), backgroundColor: color, borderColor: theme.foreground },
    // Colours alone do not tell them apart in high contrast.
    borderWidth: theme.contrast ? 1 : 0,
  })
  const config: ChartConfiguration<'bar'> = {
    type: 'bar',
    data: {
      labels: layers.map(({ name }) => shortLayer(name)),
      datasets: [
        bars(words.kept, theme.accent, ({ after }) => after),
        bars(
          words.removed,
          withAlpha(theme.foreground, 0.25),
          ({ before, after }) => before - after,
        ),
      ],
    },
    options: {
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          ...{ stacked: true, grid: { display: false } },
          ticks: { maxRotation: 90, font: { size: 9 } },
        },
        y: { stacked: true, min: 0, title: { display: true, text: words.channels } },
      },
      plugins: { legend: { display: true, labels: { boxWidth: 12 } } },
    },
  }
  return config as ChartConfiguration
}

/** The same with its numbers, for the dashboard. */
export function channelsPicture(layers: readonly LayerChannels[], theme: Theme): Picture {
  return {
    config: channelsChart(layers, theme, {
      ...{ kept: l10n.t('kept'), removed: l10n.t('removed'), channels: l10n.t('channels') },
    }),
    summary: l10n.t(
      '{0} layers, of which {1} lost channels',
      layers.length,
      layers.filter(({ before, after }) => after < before).length,
    ),
    table: () => ({
      heads: [l10n.t('layer'), l10n.t('before'), l10n.t('after'), l10n.t('removed')],
      rows: layers.map(({ name, before, after }) => [name, before, after, before - after]),
    }),
  }
}
