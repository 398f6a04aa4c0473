import * as l10n from '@vscode/l10n'
import { criteria, reductions } from '../../src/core/slimming/scores'
import { defaultEpsilon } from '../../src/extension/preview/arguments'
import type { PreviewOptions } from '../../src/extension/preview/contract'
import { checkbox, dropdown, slider, textField } from '../common/controls'
import { element } from '../common/element'
import { KeepField } from './keepField'

/** The slider moves by a tenth of a percent; beyond 99 % nothing is left to choose. */
const most = 0.99
const step = 0.001

/** The options of a prune as controls. They show what `show` says, and report each change that makes sense. */
export class OptionsForm {
  readonly root: HTMLElement
  private options: PreviewOptions
  private readonly slider: HTMLInputElement
  private readonly percent: HTMLElement & { value: string }
  private readonly zero: HTMLElement & { checked?: boolean }
  private readonly keep: KeepField
  /** What the slider goes back to when "zero" is taken away. */
  private lastShare = 0.5

  constructor(
    initial: PreviewOptions,
    private readonly onChange: (options: PreviewOptions) => void,
  ) {
    this.options = initial
    const { amount } = initial
    if (amount.kind === 'percent') this.lastShare = amount.percent
    const value = this.lastShare
    const label = l10n.t('Share of the prunable channels to remove')
    this.slider = slider(label, { min: 0, max: most, step, value }, (share) => this.setShare(share))
    this.percent = textField(label, percentText(value), (text) => {
      const share = numberOf(text, 0, most * 100)
      mark(this.percent, share !== undefined)
      if (share !== undefined) this.setShare(share / 100, this.percent)
    })
    this.percent.classList.add('short')
    this.zero = checkbox(l10n.t('only what costs nothing'), amount.kind === 'zero', (checked) => {
      if (checked) this.change({ amount: { kind: 'zero', epsilon: defaultEpsilon } })
      else this.setShare(this.lastShare)
      this.showAmount()
    })
    this.keep = new KeepField(initial.keep, (keep) => this.change({ keep }))
    this.root = element(
      'div',
      { class: 'options' },
      element('div', { class: 'amount' }, this.slider, this.percent, '%'),
      this.zero,
      element('div', { class: 'fields' }, ...this.fields(initial)),
      this.keep.root,
      this.absorbField(initial.absorb),
    )
    this.showAmount()
  }

  /** Takes over options that were changed elsewhere: the share by the curve, layers by their checkboxes. */
  show(options: PreviewOptions): void {
    this.options = options
    if (options.amount.kind === 'percent') this.lastShare = options.amount.percent
    this.showAmount()
    this.keep.show(options.keep)
  }

  private fields(initial: PreviewOptions): HTMLElement[] {
    const { criterion, reduction, round } = initial
    const rounds = [...new Set([1, 2, 4, 8, 16, 32, round])].sort((a, b) => a - b)
    return [
      labelled(l10n.t('Criterion'), (label) =>
        dropdown(label, criterionOptions(), criterion, (chosen) => {
          const found = criteria.find((one) => one === chosen)
          if (found) this.change({ criterion: found })
        }),
      ),
      labelled(l10n.t('Tied channels count by'), (label) =>
        dropdown(label, reductionOptions(), reduction, (chosen) => {
          const found = reductions.find((one) => one === chosen)
          if (found) this.change({ reduction: found })
        }),
      ),
      labelled(l10n.t('Round kept channels up to'), (label) =>
        dropdown(label, rounds.map(optionOf), String(round), (chosen) =>
          this.change({ round: Number(chosen) }),
        ),
      ),
      this.numberField(l10n.t('Every layer keeps at least'), 1, 10_000, 1, 'minChannels'),
      this.numberField(l10n.t('Of one layer at most, %'), 0, 100, 100, 'maxLayerPercent'),
      this.numberField(l10n.t('Image size for GFLOPs'), 32, 10_000, 1, 'imageSize'),
    ]
  }

  private absorbField(absorb: boolean): HTMLElement {
    const label = l10n.t('absorb the constants of removed channels')
    const box = checkbox(label, absorb, (checked) => this.change({ absorb: checked }))
    box.setAttribute('aria-describedby', 'about-absorb')
    const about = l10n.t(
      'A channel whose gamma is zero still emits a constant. What reads it takes the constant over, so that removing the channel changes nothing; without this, expect to lose accuracy until finetuned.',
    )
    return element(
      'div',
      { class: 'field' },
      ...[box, element('span', { class: 'muted', id: 'about-absorb' }, about)],
    )
  }

  /** A number whose text is `unit` times the option; whole where the unit is 1. */
  private numberField(
    label: string,
    least: number,
    largest: number,
    unit: number,
    key: 'minChannels' | 'maxLayerPercent' | 'imageSize',
  ): HTMLElement {
    return labelled(label, (name) => {
      const field = textField(
        name,
        String(Number((this.options[key] * unit).toFixed(6))),
        (text) => {
          const value = numberOf(text, least, largest)
          const fits = value !== undefined && (unit !== 1 || Number.isInteger(value))
          mark(field, fits)
          if (fits) this.change({ [key]: value / unit })
        },
      )
      field.classList.add('short')
      return field
    })
  }

  private setShare(value: number, typedInto?: HTMLElement): void {
    const share = Number(Math.min(most, value).toFixed(4))
    this.lastShare = share
    this.change({ amount: { kind: 'percent', percent: share } })
    this.showAmount(typedInto)
  }

  private showAmount(typedInto?: HTMLElement): void {
    const { kind } = this.options.amount
    this.slider.disabled = kind === 'zero'
    this.percent.toggleAttribute('disabled', kind === 'zero')
    this.zero.checked = kind === 'zero'
    this.slider.value = String(this.lastShare)
    if (typedInto === this.percent) return
    const text = percentText(this.lastShare)
    if (this.percent.value !== text) this.percent.value = text
    mark(this.percent, true)
  }

  private change(change: Partial<PreviewOptions>): void {
    this.options = { ...this.options, ...change }
    this.onChange(this.options)
  }
}

const percentText = (share: number) => String(Number((share * 100).toFixed(2)))

function numberOf(text: string, least: number, most: number): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text.replace(',', '.'))
  return value >= least && value <= most ? value : undefined
}

function mark(field: HTMLElement, fits: boolean): void {
  field.setAttribute('aria-invalid', String(!fits))
  field.classList.toggle('invalid', !fits)
}

function labelled(label: string, make: (label: string) => HTMLElement): HTMLElement {
  return element('label', { class: 'field' }, element('span', {}, label), make(label))
}

const optionOf = (value: number) => ({
  value: String(value),
  label: value === 1 ? l10n.t('1: not rounded') : String(value),
})

const criterionOptions = () =>
  [
    ['gamma', l10n.t('gamma of the BatchNorm')],
    ['l1', l10n.t('filter, sum of absolute values')],
    ['l2', l10n.t('filter, Euclidean norm')],
  ].map(([value = '', label = '']) => ({ value, label }))

const reductionOptions = () =>
  [
    ['max', l10n.t('the largest')],
    ['mean', l10n.t('the mean')],
    ['min', l10n.t('the smallest')],
    ['sum', l10n.t('the sum')],
    ['l2', l10n.t('the Euclidean norm')],
  ].map(([value = '', label = '']) => ({ value, label }))
