import * as l10n from '@vscode/l10n'
import type { AnnotationOptions } from 'chartjs-plugin-annotation'
import { ChartFrame } from '../charts/frame'
import { type Line, linePicture } from '../charts/linePicture'
import { readTheme, withAlpha } from '../charts/theme'
import { dropdown, slider } from '../common/controls'
import { element } from '../common/element'
import { type PageContext, runColor, type TabPart } from './context'
import {
  chainBounds,
  type Layout,
  type MetricLine,
  type MetricRun,
  metricGroups,
  metricLines,
  metricSummary,
} from './metricLines'
import type { RunModel } from './model'
import { PrunedRuns } from './prunedRuns'

/** mAP, losses and schedule over epochs, of all runs; of a prune, what it did. */
export class MetricsTab implements TabPart {
  readonly root: HTMLElement
  private readonly frames = new Map<string, ChartFrame>()
  private readonly nothing = element('p', { class: 'muted', role: 'status' })
  private readonly groups = new Map<string, HTMLElement>()
  private readonly pruned: PrunedRuns
  private asked = false

  constructor(private readonly context: PageContext) {
    const sections = metricGroups.map(({ id, metrics }) => {
      const charts = metrics.map((metric) => this.makeFrame(metric).root)
      const section = element(
        'section',
        {},
        element('h2', {}, groupTitle(id)),
        element('div', { class: `grid ${id}` }, ...charts),
      )
      this.groups.set(id, section)
      return section
    })
    this.pruned = new PrunedRuns(context.save)
    this.root = element(
      'div',
      {},
      ...[this.controls(), this.nothing, ...sections.slice(0, 1)],
      // After accuracy, which is what one looks for first; a prune alone has none.
      ...[this.pruned.root, ...sections.slice(1)],
    )
  }

  draw(): void {
    // Messages come in bursts; one drawing a frame is enough.
    if (this.asked) return
    this.asked = true
    requestAnimationFrame(() => {
      this.asked = false
      this.drawNow()
    })
  }

  turn(): void {
    for (const frame of this.frames.values()) frame.dropZoom()
    this.pruned.turn()
  }

  private drawNow(): void {
    const { model, settings } = this.context
    const shown = model.runs.filter((run) => !settings.isHidden(run))
    // Hidden ones too: what descends from them begins where they end.
    const runs = model.runs.map((run) => metricRun(run, settings.isHidden(run)))
    const annotations = this.metrics.layout === 'chain' ? boundaries(runs) : {}
    let any = this.pruned.draw(model.runs, shown)
    for (const { id, metrics } of metricGroups) {
      const drawn = metrics.filter((metric) => this.drawMetric(metric, runs, annotations))
      const section = this.groups.get(id)
      if (section) section.hidden = drawn.length === 0
      any ||= drawn.length > 0
    }
    this.nothing.hidden = any
    this.nothing.textContent = any ? '' : emptyText(shown, model.runs.length)
  }

  private drawMetric(
    metric: string,
    runs: readonly MetricRun[],
    annotations: Readonly<Record<string, AnnotationOptions>>,
  ): boolean {
    const frame = this.frames.get(metric)
    const { layout, smoothing, log } = this.metrics
    const made = metricLines(runs, metric, layout, smoothing)
    if (frame) frame.root.hidden = made.length === 0
    if (!frame || made.length === 0) return false
    frame.show(() =>
      linePicture({
        lines: made.flatMap((line) => this.styled(line)),
        ...{ annotations, xTitle: l10n.t('epoch'), xMin: 0, log: log.includes(metric) },
        summary: metricSummary(made),
      }),
    )
    return true
  }

  private styled({ runDir, name, x, y, smoothed }: MetricLine): Line[] {
    const theme = readTheme()
    const run = this.context.model.run(runDir)
    if (!run) return []
    const color = runColor(run, theme)
    const front = this.context.settings.isPinned(run)
    const width = front ? 3.5 : 1.5
    // With more runs than colours, the next round is dashed.
    const dash = run.color >= theme.series.length ? [5, 3] : []
    const main = { color, width, dash, front }
    if (!smoothed) return [{ x, y, name, ...main }]
    return [
      { x, y, name, color: withAlpha(color, 0.3), width: 1, faint: true },
      { ...smoothed, name: l10n.t('{0} (smoothed)', name), ...main },
    ]
  }

  private makeFrame(metric: string): ChartFrame {
    const frame = new ChartFrame({
      title: metricTitle(metric),
      file: metric.replace('/', '-'),
      save: this.context.save,
      log: this.metrics.log.includes(metric),
      onLog: (log) => {
        const without = this.metrics.log.filter((other) => other !== metric)
        this.change({ log: log ? [...without, metric] : without })
      },
    })
    frame.root.hidden = true
    this.frames.set(metric, frame)
    return frame
  }

  private controls(): HTMLElement {
    const { layout, smoothing } = this.metrics
    const value = element('output', {}, smoothing.toFixed(2))
    return element(
      'div',
      { class: 'row controls' },
      dropdown(
        l10n.t('How runs lie'),
        [
          { value: 'overlay', label: l10n.t('Runs over each other') },
          { value: 'chain', label: l10n.t('Lineage end to end') },
        ],
        layout,
        (chosen) => this.change({ layout: chosen as Layout }),
      ),
      element('span', {}, l10n.t('Smoothing')),
      slider(l10n.t('Smoothing'), { min: 0, max: 0.98, step: 0.02, value: smoothing }, (weight) => {
        value.textContent = weight.toFixed(2)
        this.change({ smoothing: weight })
      }),
      value,
      element(
        'span',
        { class: 'muted' },
        l10n.t('Drag to zoom, Shift and drag to move; by keyboard + − 0 and arrows.'),
      ),
    )
  }

  private get metrics() {
    const { metrics } = this.context.settings.value
    return metrics ?? ({ layout: 'overlay', smoothing: 0, log: [] as string[] } as const)
  }

  private change(change: Partial<NonNullable<PageContext['settings']['value']['metrics']>>): void {
    const { layout, smoothing, log } = this.metrics
    const metrics = { layout, smoothing, log: [...log], ...change }
    this.context.settings.change({ metrics })
    this.draw()
  }
}

function metricRun({ view, table }: RunModel, hidden: boolean): MetricRun {
  const { runDir, id, parent, name, stage } = view
  const marks = stage === 'prune'
  return { runDir, id, name, table, marks, hidden, ...(parent === undefined ? {} : { parent }) }
}

function boundaries(runs: readonly MetricRun[]): Record<string, AnnotationOptions> {
  const theme = readTheme()
  return Object.fromEntries(
    chainBounds(runs).map(({ x, names }) => [
      `at ${x}`,
      {
        ...{ type: 'line', xMin: x, xMax: x, borderColor: theme.muted, borderWidth: 1 },
        borderDash: [2, 3],
        label: {
          ...{ display: true, content: names.join(', '), position: 'start', rotation: -90 },
          ...{ color: theme.muted, backgroundColor: 'transparent', font: { size: 10 } },
          ...{ xAdjust: 8, padding: 2 },
        },
      } satisfies AnnotationOptions,
    ]),
  )
}

function emptyText(shown: readonly RunModel[], all: number): string {
  if (all === 0) return l10n.t('No run is shown. Add runs to see their charts.')
  if (shown.length === 0) return l10n.t('All runs are hidden.')
  return shown.map(({ view }) => `${view.name}: ${view.expectation}`).join(' ')
}

function groupTitle(id: (typeof metricGroups)[number]['id']): string {
  const titles = {
    accuracy: l10n.t('Accuracy'),
    losses: l10n.t('Losses'),
    schedule: l10n.t('Schedule'),
  }
  return titles[id]
}

function metricTitle(metric: string): string {
  const [group, name = ''] = metric.split('/')
  if (group === 'train') return l10n.t('Training loss: {0}', name)
  if (group === 'val') return l10n.t('Validation loss: {0}', name)
  const titles: Readonly<Record<string, string>> = {
    precision: l10n.t('Precision'),
    recall: l10n.t('Recall'),
    lr: l10n.t('Learning rate'),
    sr: l10n.t('sr in force'),
    seconds: l10n.t('Seconds an epoch'),
  }
  return titles[metric] ?? metric
}
