import { chooseStrength, type Gammas, type Sparsity } from '../../core/slimming/sparsity'
import type { BuiltinRelease } from '../../engines/builtin/contract'
import type { TrainOptions } from '../../engines/builtin/stage/options'
import type { Hyp } from '../../engines/builtin/training/hyp'
import { loopOf, trainingSchedule } from '../../engines/builtin/training/schedule'
import type { FieldFinding } from './finding'

export type OutlookRequest = {
  /** Whose schedule it is. */
  readonly release: BuiltinRelease
  readonly options: TrainOptions
  readonly hyp: Hyp
  /** Training images. */
  readonly images: number
  readonly sparsity: Sparsity
  /** Undefined for a model that is built anew: all gammas are 1. */
  readonly gammas: Gammas | undefined
}

/** Enough channels for any percentage: what is fresh is all alike. */
const freshGammas: Gammas = [{ size: 1, gamma: 1 }]

/**
 * What the shrink budget B = Σ lr · sr / (1 − momentum) of a training would be, and what `auto` would choose: the very
 * words that the run will say, before it starts.
 */
export function sparsityOutlook(request: OutlookRequest): readonly FieldFinding[] {
  const { release, options, hyp, images, sparsity, gammas } = request
  const training = trainingSchedule(loopOf(release, options, hyp, images))
  const strength = chooseStrength(sparsity, training, gammas ?? freshGammas)
  const warnings = strength.warnings.map(
    ({ code, text }): FieldFinding => ({ field: 'sr', severity: 'warning', code, text }),
  )
  const { explanation } = strength
  // Where a warning says the same, once is enough.
  if (warnings.some(({ text }) => text === explanation)) return warnings
  return [
    ...warnings,
    { field: 'sr', severity: 'information', code: 'sparsity/outlook', text: explanation },
  ]
}
