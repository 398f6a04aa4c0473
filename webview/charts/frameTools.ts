import * as l10n from '@vscode/l10n'
import { button } from '../common/controls'
import { element } from '../common/element'

const fileKinds = ['PNG', 'SVG', 'CSV'] as const
export type FileKind = (typeof fileKinds)[number]

export type FrameActions = {
  /** Where one can zoom. */
  readonly resetZoom?: () => void
  readonly showTable: (shown: boolean) => void
  readonly save: (kind: FileKind) => void
  /** Where the chart has a logarithmic scale. */
  readonly setLog?: (log: boolean) => void
  /** Whether it begins with one. */
  readonly log?: boolean
}

/** How long the buttons of a chart may be missing on a page that is never idle. */
const latestMs = 1000

/**
 * The buttons of one chart. A page has a hundred of them, they cost as much as the charts do, and none is seen before
 * somebody points at its chart: they are made when the page has nothing better to do.
 */
export class FrameTools {
  readonly root: HTMLElement
  private zoomed = false
  private reset: HTMLElement | undefined

  constructor(
    title: string,
    private readonly actions: FrameActions,
  ) {
    const label = l10n.t('Chart: {0}', title)
    this.root = element('div', { class: 'tools', role: 'toolbar', 'aria-label': label })
    // Chromium is the only browser that VS Code shows a page in: this is there.
    requestIdleCallback(() => this.make(), { timeout: latestMs })
  }

  /** Whether there is a zoom to be taken back. */
  setZoomed(zoomed: boolean): void {
    this.zoomed = zoomed
    if (this.reset) this.reset.hidden = !zoomed
  }

  private make(): void {
    const { resetZoom, showTable, setLog, log = false, save } = this.actions
    if (resetZoom) {
      this.reset = button(l10n.t('Reset zoom'), resetZoom)
      this.reset.hidden = !this.zoomed
      this.root.append(this.reset)
    }
    this.root.append(
      ...(setLog ? [toggle(l10n.t('Log scale'), log, setLog)] : []),
      toggle(l10n.t('Table'), false, showTable, l10n.t('The numbers of this chart as a table')),
      ...fileKinds.map((kind) =>
        button(kind, () => save(kind), { title: l10n.t('Save as {0}', kind) }),
      ),
    )
  }
}

/** A button that stays pressed until it is pressed again. */
function toggle(
  text: string,
  initial: boolean,
  onToggle: (pressed: boolean) => void,
  title?: string,
): HTMLElement {
  let pressed = initial
  const made = button(
    text,
    () => {
      pressed = !pressed
      made.setAttribute('aria-pressed', String(pressed))
      onToggle(pressed)
    },
    title === undefined ? {} : { title },
  )
  made.setAttribute('aria-pressed', String(pressed))
  return made
}
