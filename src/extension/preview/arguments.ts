import { defaultPlanOptions } from '../../core/slimming/plan'
import type { PreviewData, PreviewOptions } from './contract'

/** Image size for GFLOPs and what counts as zero, where nothing else is said: those of `yolov5-slim prune`. */
export const defaultImageSize = 640
export const defaultEpsilon = 1e-3
/** Share to remove where a run aims at none. */
export const defaultPercent = 0.5

/** Options as a preview starts with them. */
export function initialOptions(output: string, percent = defaultPercent): PreviewOptions {
  return {
    ...defaultPlanOptions,
    keep: [],
    absorb: true,
    amount: { kind: 'percent', percent },
    imageSize: defaultImageSize,
    output,
  }
}

/**
 * Options as they were when the page was left. The output that was typed counts only where the same one is offered: it
 * is relative to the folder that it was typed for.
 */
export function keptOptions(
  { output, percent }: Pick<PreviewData, 'output' | 'percent'>,
  kept: { readonly options?: PreviewOptions | undefined; readonly offered?: string | undefined },
): PreviewOptions {
  const own = kept.offered === output ? kept.options?.output : undefined
  return { ...initialOptions(output, percent), ...kept.options, output: own ?? output }
}

/** The words after `yolov5-slim` that prune a checkpoint with exactly these options; defaults are left out. */
export function pruneArguments(weights: string, options: PreviewOptions): string[] {
  const { keep, criterion, reduction, round, minChannels, maxLayerPercent, imageSize } = options
  const flag = <T>(name: string, value: T, usual: T): string[] =>
    value === usual ? [] : [name, String(value)]
  const usual = defaultPlanOptions
  return [
    ...['prune', '--weights', weights, ...amountArguments(options.amount)],
    ...flag('--criterion', criterion, usual.criterion),
    ...flag('--reduce', reduction, usual.reduction),
    ...flag('--round', round, usual.round),
    ...flag('--min-channels', minChannels, usual.minChannels),
    ...flag('--max-layer-percent', maxLayerPercent, usual.maxLayerPercent),
    ...(keep.length > 0 ? ['--keep', ...keep] : []),
    ...(options.absorb ? [] : ['--no-absorb']),
    ...flag('--img', imageSize, defaultImageSize),
    ...flag('--output', options.output, 'pruned_model.pt'),
  ]
}

function amountArguments(amount: PreviewOptions['amount']): string[] {
  switch (amount.kind) {
    case 'percent':
      return ['--percent', String(amount.percent)]
    case 'threshold':
      return ['--threshold', String(amount.threshold)]
    case 'zero': {
      const { epsilon } = amount
      const own = epsilon === defaultEpsilon ? [] : ['--epsilon', String(epsilon)]
      return ['--percent', 'zero', ...own]
    }
  }
}
