import * as l10n from '@vscode/l10n'
import type { Advice } from './advice'

/** Advice on sr in words: a headline, a sentence or two, and the numbers that they rest on. */
export type AdviceText = {
  readonly headline: string
  readonly text: string
  readonly facts: { readonly label: string; readonly value: string }[]
}

/** @param epochs that the training is to have */
export function adviceText(advice: Advice, epochs: number): AdviceText {
  return {
    headline: headline(advice),
    text: [reasonText(advice, epochs), suggestion(advice)].filter(Boolean).join(' '),
    facts: factsOf(advice),
  }
}

function headline({ verdict, sr }: Advice): string {
  const text: Readonly<Record<Advice['verdict'], string>> = {
    early: l10n.t('sr {0}: too early to tell', small(sr)),
    'too-small': l10n.t('sr {0} is too small', small(sr)),
    'too-large': l10n.t('sr {0} is too large', small(sr)),
    right: l10n.t('sr {0} fits', small(sr)),
    watch: l10n.t('sr {0}: watch mAP', small(sr)),
  }
  return text[verdict]
}

function reasonText(advice: Advice, epochs: number): string {
  const { share, projected, reachedAt, target, accuracy, lossGrowth } = advice
  const [now, end, wanted] = [percent(share), percent(projected), percent(target)]
  const fall = percent(accuracy?.fall ?? null)
  switch (advice.reason) {
    case 'few-epochs':
      return l10n.t(
        'A few epochs have to be over before the gammas’ movement tells where it leads.',
      )
    case 'not-a-number':
      return l10n.t('The loss is no longer a number: training has diverged.')
    case 'diverging':
      return l10n.t(
        'The loss has grown to {0} times its lowest: training diverges.',
        (lossGrowth ?? 1).toFixed(1),
      )
    case 'collapsed':
      return l10n.t(
        'mAP has fallen by {0} and did not come back, with {1} of the channels near zero.',
        fall,
        now,
      )
    case 'too-fast':
      return l10n.t(
        'mAP has fallen by {0}, and {1} of the channels are near zero after epoch {2} of {3} already: the gammas fall faster than the model can follow.',
        ...[fall, wanted, (reachedAt ?? 0) + 1, epochs],
      )
    case 'share-short':
      return l10n.t(
        'At this pace {0} of the channels will be near zero after the last epoch, of {1} wanted.',
        end,
        wanted,
      )
    case 'too-few-steps':
      return l10n.t(
        'At this pace {0} of the channels will be near zero after the last epoch, of {1} wanted, and mAP has fallen by {2} already. A larger sr would only hurry it: train for more epochs, or aim at fewer channels.',
        ...[end, wanted, fall],
      )
    case 'still-falling':
      return reachedAt === null
        ? l10n.t('mAP has fallen by {0} while the gammas fall; it has to return.', fall)
        : l10n.t(
            'mAP has fallen by {0}, as it does while gammas fall fast. {1} of them are expected at zero after epoch {2}; mAP has to return from there on. If it does not, train for more epochs.',
            ...[fall, wanted, reachedAt + 1],
          )
    case 'held':
      return advice.verdict === 'watch'
        ? l10n.t(
            '{0} of the channels are held near zero. mAP is still {1} below its start and has to return in the epochs that are left.',
            now,
            fall,
          )
        : l10n.t('{0} of the channels are held near zero; mAP is {1} below its start.', now, fall)
    case 'on-course':
      return reachedAt === null
        ? l10n.t('{0} of the channels are expected near zero after the last epoch.', end)
        : l10n.t(
            'The share of {0} near zero is reached after epoch {1} of {2}; mAP is {3} below its start.',
            ...[wanted, reachedAt + 1, epochs, fall],
          )
  }
}

function suggestion({ suggested, target, verdict, reason }: Advice): string {
  if (suggested === null) {
    if (reason === 'not-a-number' || reason === 'diverging')
      return l10n.t('Lower the learning rate, or sr.')
    return verdict === 'too-large' ? l10n.t('Train for more epochs, or remove fewer channels.') : ''
  }
  return l10n.t(
    'The same training with sr {0} is expected to bring {1} there by its end.',
    small(suggested),
    percent(target),
  )
}

function factsOf(advice: Advice): AdviceText['facts'] {
  const { share, projected, target, peak, median, accuracy, budget } = advice
  const facts: [label: string, value: string][] = [
    [l10n.t('Near zero now'), percent(share)],
    [l10n.t('Projected for the last epoch'), percent(projected)],
    [l10n.t('Wanted'), percent(target)],
  ]
  if (Number.isFinite(peak.first)) {
    facts.push([l10n.t('Peak of |gamma|'), `${peak.first.toFixed(2)} → ${peak.now.toFixed(2)}`])
    facts.push([
      l10n.t('Median of |gamma|'),
      `${median.first.toFixed(2)} → ${median.now.toFixed(2)}`,
    ])
  }
  if (accuracy) {
    facts.push(['mAP50', `${accuracy.before.toFixed(3)} → ${accuracy.now.toFixed(3)}`])
  }
  if (budget) {
    const { spent, end, needed } = budget
    facts.push([
      l10n.t('Shrink budget spent / at the end / needed'),
      [spent, end, needed].map((value) => value.toFixed(2)).join(' / '),
    ])
  }
  return facts.map(([label, value]) => ({ label, value }))
}

function percent(share: number | null): string {
  return share === null ? '–' : `${Math.round(share * 100)} %`
}

function small(value: number): string {
  return String(Number(value.toPrecision(3)))
}
