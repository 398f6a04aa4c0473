import * as l10n from '@vscode/l10n'
import { button } from '../common/controls'
import { element } from '../common/element'
import { type PageContext, runColor } from './context'
import type { RunModel } from './model'
import { RunFacts, runTooltip } from './runFacts'

type Row = {
  readonly root: HTMLElement
  readonly update: (run: RunModel) => void
}

/** The table of runs: legend of all charts, and where they are hidden, pinned, added and removed. */
export class RunList {
  readonly root: HTMLElement
  private readonly rows = new Map<string, Row>()
  private readonly body = element('tbody')
  private readonly report: HTMLElement

  constructor(private readonly context: PageContext) {
    const heads = [
      l10n.t('Run'),
      l10n.t('Stage'),
      l10n.t('State'),
      l10n.t('Epoch'),
      'mAP50',
      'mAP50_95',
      l10n.t('Size'),
    ].map((head, i) => element('th', { scope: 'col', ...(i > 2 ? { class: 'number' } : {}) }, head))
    const table = element(
      'table',
      { class: 'runs', 'aria-label': l10n.t('Runs in these charts') },
      element('thead', {}, element('tr', {}, ...heads, element('td'))),
      this.body,
    )
    this.report = button(
      l10n.t('Save report…'),
      () => context.host.post({ type: 'report', runDirs: this.shown }),
      { title: l10n.t('One HTML page with the charts of the runs that are not hidden') },
    )
    const tools = element(
      'div',
      { class: 'row' },
      button(l10n.t('Add runs…'), () => context.host.post({ type: 'addRuns' })),
      this.report,
    )
    this.root = element('section', { 'aria-label': l10n.t('Runs') }, table, tools)
  }

  draw(): void {
    const { runs } = this.context.model
    const wanted = new Set(runs.map(({ view }) => view.runDir))
    for (const [runDir, row] of this.rows) {
      if (wanted.has(runDir)) continue
      row.root.remove()
      this.rows.delete(runDir)
    }
    // Rows stay where they are while they can, so that the keyboard's focus does.
    for (const [at, run] of runs.entries()) {
      const { runDir } = run.view
      const row = this.rows.get(runDir) ?? this.makeRow(runDir)
      this.rows.set(runDir, row)
      if (this.body.children[at] !== row.root)
        this.body.insertBefore(row.root, this.body.children[at] ?? null)
      row.update(run)
    }
    this.report.toggleAttribute('disabled', this.shown.length === 0)
  }

  private get shown(): string[] {
    const { model, settings } = this.context
    const shown = model.runs.filter((run) => !settings.isHidden(run))
    return shown.map(({ view }) => view.runDir)
  }

  private makeRow(runDir: string): Row {
    const { settings, redraw, host } = this.context
    const swatch = element('span', { class: 'swatch' })
    const name = element('span', { class: 'name' })
    const facts = new RunFacts(swatch, name)
    const cells = Array.from({ length: 6 }, (_, i) =>
      element('td', i > 1 ? { class: 'number' } : {}),
    )
    const toggle = (list: 'hidden' | 'pinned') => () => {
      settings.toggle(list, runDir)
      redraw()
    }
    const hide = button('', toggle('hidden'))
    const pin = button('', toggle('pinned'))
    const remove = button(l10n.t('Remove'), () => host.post({ type: 'removeRun', runDir }))
    const root = element(
      'tr',
      {},
      element('th', { scope: 'row' }, facts.root),
      ...cells,
      element('td', { class: 'row' }, hide, pin, remove),
    )
    const update = (run: RunModel): void => {
      const { view } = run
      const [hidden, pinned] = [settings.isHidden(run), settings.isPinned(run)]
      root.classList.toggle('hidden-run', hidden)
      swatch.style.background = runColor(run)
      name.textContent = view.name
      root.title = runTooltip(view)
      facts.draw(view)
      const texts = [view.stageText, view.stateText, view.epochText]
      for (const [i, text] of [...texts, view.mAP50, view.mAP50_95, view.size].entries()) {
        const cell = cells[i]
        if (cell) cell.textContent = text
      }
      hide.textContent = hidden ? l10n.t('Show') : l10n.t('Hide')
      pin.textContent = pinned ? l10n.t('Unpin') : l10n.t('Pin')
      pin.title = l10n.t('Draw this run thicker and in front of the others')
      hide.setAttribute('aria-label', `${hide.textContent} ${view.name}`)
      pin.setAttribute('aria-label', `${pin.textContent} ${view.name}`)
      remove.setAttribute('aria-label', l10n.t('Remove {0} from these charts', view.name))
      // What is shown for its descendants' sake goes with them.
      remove.hidden = view.ancestor
    }
    return { root, update }
  }
}
