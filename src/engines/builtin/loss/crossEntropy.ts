/** Binary cross-entropy of a logit, with the weight of positives and, where `focalGamma` > 0, the focal factor. */
export type CrossEntropy = {
  readonly positiveWeight: number
  readonly focalGamma: number
}

/** Weight of positives in the focal loss; YOLOv5 leaves it at the paper's value. */
const focalAlpha = 0.25

/**
 * Value and slope of the cross-entropy of `logit` against `target` in 0..1:
 * (1 − t)·x + (1 + (w − 1)·t)·log(1 + e^−x), times αₜ(1 − pₜ)^γ for the focal loss (Lin et al., arXiv:1708.02002).
 */
export function crossEntropy(
  logit: number,
  target: number,
  { positiveWeight, focalGamma }: CrossEntropy,
): readonly [value: number, slope: number] {
  const weight = 1 + (positiveWeight - 1) * target
  const decay = Math.exp(-Math.abs(logit))
  const softplus = Math.log1p(decay) + Math.max(-logit, 0)
  const probability = logit >= 0 ? 1 / (1 + decay) : decay / (1 + decay)
  const value = (1 - target) * logit + weight * softplus
  const slope = 1 - target - weight * (1 - probability)
  if (focalGamma <= 0) return [value, slope]
  const right = target * probability + (1 - target) * (1 - probability)
  const wrong = Math.max(1 - right, Number.EPSILON)
  const factor = target * focalAlpha + (1 - target) * (1 - focalAlpha)
  const modulation = wrong ** focalGamma
  const modulationSlope =
    -focalGamma * wrong ** (focalGamma - 1) * (2 * target - 1) * probability * (1 - probability)
  return [value * factor * modulation, factor * (slope * modulation + value * modulationSlope)]
}
