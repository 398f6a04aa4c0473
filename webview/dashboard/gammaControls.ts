import * as l10n from '@vscode/l10n'
import { shortLayer } from '../charts/layerName'
import { slider } from '../common/controls'
import { element } from '../common/element'
import { Choice } from './choice'
import type { RunModel } from './model'

export type GammaControlsOptions = {
  readonly onRun: (runDir: string) => void
  readonly onLayer: (layer: string) => void
  readonly onEpoch: (epoch: number) => void
  readonly onPercent: (percent: number) => void
}

/** What of the gammas is shown: run, layer, epoch and percent. */
export class GammaControls {
  readonly root: HTMLElement
  private readonly runs: Choice
  private readonly layers: Choice
  private readonly epochText = element('output', { class: 'wide' })
  private readonly percentText = element('output', {})
  private readonly epochs: HTMLInputElement
  private readonly percents: HTMLInputElement
  private available: readonly number[] = []

  constructor({ onRun, onLayer, onEpoch, onPercent }: GammaControlsOptions) {
    this.runs = new Choice(l10n.t('Run'), onRun)
    this.layers = new Choice(l10n.t('Layer'), onLayer)
    this.epochs = slider(l10n.t('Epoch'), { min: 0, max: 0, step: 1, value: 0 }, (at) => {
      const epoch = this.available[at]
      if (epoch === undefined) return
      this.sayEpoch(epoch)
      onEpoch(epoch)
    })
    const range = { min: 0, max: 99, step: 1, value: 50 }
    this.percents = slider(l10n.t('Percent to remove'), range, (percent) => {
      this.sayPercent(percent)
      onPercent(percent / 100)
    })
    this.root = element(
      'div',
      { class: 'row controls' },
      ...[this.runs.root, this.layers.root],
      ...[element('span', {}, l10n.t('Epoch')), this.epochs, this.epochText],
      ...[element('span', {}, l10n.t('Percent to remove')), this.percents, this.percentText],
    )
  }

  /** @param epoch that is shown */
  draw(
    runs: readonly RunModel[],
    run: RunModel,
    layer: string,
    epoch: number,
    percent: number,
  ): void {
    this.runs.draw(
      runs.map(({ view }) => ({ value: view.runDir, label: view.name })),
      run.view.runDir,
    )
    const layers = run.gammas.layers.map((name) => ({ value: name, label: shortLayer(name) }))
    this.layers.draw([{ value: '', label: l10n.t('All layers') }, ...layers], layer)
    this.available = run.available
    this.epochs.max = String(Math.max(0, run.available.length - 1))
    this.epochs.value = String(run.available.indexOf(epoch))
    this.sayEpoch(epoch)
    this.percents.value = String(Math.round(percent * 100))
    this.sayPercent(percent * 100)
  }

  private sayEpoch(epoch: number): void {
    const all = (this.available.at(-1) ?? 0) + 1
    this.epochText.textContent = l10n.t('{0} of {1}', epoch + 1, all)
    this.epochs.setAttribute('aria-valuetext', l10n.t('epoch {0}', epoch + 1))
  }

  private sayPercent(percent: number): void {
    this.percentText.textContent = `${Math.round(percent)} %`
    this.percents.setAttribute('aria-valuetext', `${Math.round(percent)} %`)
  }
}
