import * as l10n from '@vscode/l10n'
import type { PrunedView } from '../../src/extension/dashboard/contract'
import { channelsPicture } from '../charts/channelsPicture'
import { ChartFrame, type FrameOptions } from '../charts/frame'
import { readTheme } from '../charts/theme'
import { arrange, element } from '../common/element'
import { Totals } from '../preview/totals'
import type { RunModel } from './model'

type Part = {
  readonly root: HTMLElement
  readonly frame: ChartFrame
  readonly show: (pruned: PrunedView) => void
}

/** What each prune did: the model before and after, and the channels of every layer. */
export class PrunedRuns {
  readonly root = element('section', { 'aria-label': l10n.t('Pruned') })
  private readonly parts = new Map<string, Part>()

  constructor(private readonly save: FrameOptions['save']) {}

  /**
   * @param runs that the page has, of which `visible` are shown; what is drawn of others goes
   * @returns whether any that is shown is a prune that has been carried out
   */
  draw(runs: readonly RunModel[], visible: readonly RunModel[]): boolean {
    this.forget(new Set(runs.map(({ view }) => view.runDir)))
    const shown = visible.flatMap(({ view: { runDir, name }, pruned }) => {
      if (!pruned) return []
      const part = this.parts.get(runDir) ?? prunedPart(name, this.save)
      this.parts.set(runDir, part)
      part.show(pruned)
      return [part.root]
    })
    arrange(this.root, shown)
    this.root.hidden = shown.length === 0
    return shown.length > 0
  }

  turn(): void {
    for (const { frame } of this.parts.values()) frame.dropZoom()
  }

  private forget(known: ReadonlySet<string>): void {
    for (const [runDir, { frame }] of this.parts) {
      if (known.has(runDir)) continue
      frame.dispose()
      this.parts.delete(runDir)
    }
  }
}

function prunedPart(name: string, save: FrameOptions['save']): Part {
  const totals = new Totals()
  const frame = new ChartFrame({
    ...{ title: l10n.t('Channels of every layer'), file: `${name}-channels`, save, size: 'tall' },
  })
  const root = element(
    'div',
    {},
    element('h2', {}, l10n.t('Pruned: {0}', name)),
    ...[totals.root, frame.root],
  )
  const show = (pruned: PrunedView): void => {
    const sum = (of: 'before' | 'after') =>
      pruned.layers.reduce((channels, layer) => channels + layer[of], 0)
    totals.show({ ...pruned, channels: { before: sum('before'), after: sum('after') } })
    frame.show(() => channelsPicture(pruned.layers, readTheme()))
  }
  return { root, frame, show }
}
