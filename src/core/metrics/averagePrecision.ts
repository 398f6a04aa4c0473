/** Detections and labels of a whole data set, matched. */
export type MatchedDetections = {
  readonly confidences: ArrayLike<number>
  readonly classes: ArrayLike<number>
  /** By detection: at how many of the IoU thresholds 0.5, 0.55, … 0.95 it is right, as bits from the lowest. */
  readonly correct: ArrayLike<number>
  /** Class of each label. */
  readonly labels: ArrayLike<number>
}

/** Where releases compute otherwise. */
export type MetricsVariant = {
  /** v5.0 lets the recall curve end 0.01 after its last point, later releases at 1. */
  readonly endsCurveAtOne: boolean
  /** From v6.2 on the F1 curve is smoothed before its maximum is sought. */
  readonly smoothsF1: boolean
}

export type ClassMetrics = {
  readonly cls: number
  readonly labels: number
  readonly precision: number
  readonly recall: number
  readonly ap50: number
  readonly ap50_95: number
}

export type DetectionMetrics = {
  readonly precision: number
  readonly recall: number
  readonly mAP50: number
  readonly mAP50_95: number
  readonly perClass: readonly ClassMetrics[]
}

export const iouThresholds: readonly number[] = Array.from({ length: 10 }, (_, i) =>
  Math.fround(0.5 + i * 0.05),
)

const curvePoints = 1000
const epsilon = 1e-16

/**
 * Precision, recall and average precision over IoU 0.5 to 0.95, interpolated at 101 points as COCO does
 * (`ap_per_class` and `compute_ap`, utils/metrics.py). Precision and recall are those at the confidence of the best
 * mean F1. All are 0 where no detection is right.
 */
export function detectionMetrics(
  matched: MatchedDetections,
  variant: MetricsVariant,
): DetectionMetrics {
  const classes = [...new Set(Array.from(matched.labels))].sort((a, b) => a - b)
  const order = Array.from({ length: matched.confidences.length }, (_, i) => i)
  order.sort((a, b) => (matched.confidences[b] ?? 0) - (matched.confidences[a] ?? 0) || a - b)
  const labelCounts = new Map<number, number>()
  for (const cls of Array.from(matched.labels)) {
    labelCounts.set(cls, (labelCounts.get(cls) ?? 0) + 1)
  }
  const anyRight = Array.from(matched.correct).some((bits) => bits !== 0)
  const curves = classes.map((cls) =>
    classCurves(
      matched,
      order.filter((i) => matched.classes[i] === cls),
      labelCounts.get(cls) ?? 0,
      variant,
    ),
  )
  const best = anyRight ? bestConfidence(curves, variant) : 0
  const perClass = curves.map(({ precision, recall, ap }, k) => ({
    cls: classes[k] ?? 0,
    labels: labelCounts.get(classes[k] ?? 0) ?? 0,
    precision: anyRight ? (precision[best] ?? 0) : 0,
    recall: anyRight ? (recall[best] ?? 0) : 0,
    ap50: ap[0] ?? 0,
    ap50_95: mean(ap),
  }))
  return {
    precision: mean(perClass.map(({ precision }) => precision)),
    recall: mean(perClass.map(({ recall }) => recall)),
    mAP50: mean(perClass.map(({ ap50 }) => ap50)),
    mAP50_95: mean(perClass.map(({ ap50_95 }) => ap50_95)),
    perClass,
  }
}

/** What training keeps its best checkpoint by: 0.1 · mAP50 + 0.9 · mAP50_95 (`fitness`, utils/metrics.py). */
export function fitness({ mAP50, mAP50_95 }: Pick<DetectionMetrics, 'mAP50' | 'mAP50_95'>): number {
  return 0.1 * mAP50 + 0.9 * mAP50_95
}

type ClassCurves = {
  /** By confidence threshold, from 0 to 1. */
  readonly precision: Float64Array
  readonly recall: Float64Array
  /** By IoU threshold. */
  readonly ap: readonly number[]
}

/** @param picks detections of the class, the most confident first */
function classCurves(
  { confidences, correct }: MatchedDetections,
  picks: readonly number[],
  labels: number,
  variant: MetricsVariant,
): ClassCurves {
  if (picks.length === 0) {
    const none = new Float64Array(curvePoints)
    return { precision: none, recall: none, ap: iouThresholds.map(() => 0) }
  }
  const falling = picks.map((i) => -(confidences[i] ?? 0))
  let curves: Pick<ClassCurves, 'precision' | 'recall'> | undefined
  const ap = iouThresholds.map((_, threshold) => {
    let right = 0
    const recall: number[] = []
    const precision: number[] = []
    picks.forEach((i, k) => {
      right += ((correct[i] ?? 0) >> threshold) & 1
      recall.push(right / (labels + epsilon))
      precision.push(right / (k + 1))
    })
    curves ??= {
      recall: overConfidence(falling, recall, 0),
      precision: overConfidence(falling, precision, 1),
    }
    return areaUnder(recall, precision, variant)
  })
  return { ...(curves as Pick<ClassCurves, 'precision' | 'recall'>), ap }
}

/** A curve over the detections as one over 1000 confidence thresholds; `above` beyond the highest. */
function overConfidence(
  falling: readonly number[],
  values: readonly number[],
  above: number,
): Float64Array {
  return Float64Array.from({ length: curvePoints }, (_, i) => {
    const at = -(i / (curvePoints - 1))
    return at < (falling[0] ?? 0) ? above : interpolate(at, falling, values)
  })
}

/** Area under the precision envelope over recall. */
function areaUnder(
  recall: readonly number[],
  precision: readonly number[],
  { endsCurveAtOne }: MetricsVariant,
): number {
  const xs = [0, ...recall, endsCurveAtOne ? 1 : (recall.at(-1) ?? 0) + 0.01]
  const ys = [1, ...precision, 0]
  for (let i = ys.length - 2; i >= 0; i--) ys[i] = Math.max(ys[i] ?? 0, ys[i + 1] ?? 0)
  let area = 0
  let before = interpolate(0, xs, ys)
  for (let i = 1; i <= 100; i++) {
    const value = interpolate(i / 100, xs, ys)
    area += (before + value) / 200
    before = value
  }
  return area
}

/** Index of the confidence threshold with the best mean F1. */
function bestConfidence(curves: readonly ClassCurves[], { smoothsF1 }: MetricsVariant): number {
  const f1 = Float64Array.from({ length: curvePoints }, (_, i) =>
    mean(
      curves.map(({ precision, recall }) => {
        const p = precision[i] ?? 0
        const r = recall[i] ?? 0
        return (2 * p * r) / (p + r + epsilon)
      }),
    ),
  )
  const curve = smoothsF1 ? smoothed(f1) : f1
  return curve.reduce((best, value, i) => (value > (curve[best] ?? 0) ? i : best), 0)
}

/** Moving mean over a tenth of the curve, its ends repeated (`smooth`, utils/metrics.py). */
function smoothed(values: Float64Array): Float64Array {
  const half = Math.floor((Math.round(values.length * 0.1 * 2) / 2 + 1) / 2)
  const width = half * 2 + 1
  const at = (i: number): number => values[Math.min(Math.max(i, 0), values.length - 1)] ?? 0
  return values.map((_, i) => {
    let sum = 0
    for (let k = -half; k <= half; k++) sum += at(i + k)
    return sum / width
  })
}

/** Linear between points, the last of equal `xs` counting, as numpy's `interp`; ends are extended. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  let low = 0
  let high = xs.length
  // The last position whose x is not above.
  while (low < high) {
    const middle = (low + high) >> 1
    if ((xs[middle] ?? 0) <= x) low = middle + 1
    else high = middle
  }
  const i = low - 1
  if (i < 0) return ys[0] ?? 0
  if (i >= xs.length - 1) return ys.at(-1) ?? 0
  const x0 = xs[i] ?? 0
  const y0 = ys[i] ?? 0
  const slope = ((ys[i + 1] ?? 0) - y0) / ((xs[i + 1] ?? 0) - x0)
  return y0 + slope * (x - x0)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
