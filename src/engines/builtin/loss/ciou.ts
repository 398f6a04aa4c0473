/** A box as centre and size, in cells. */
export type CenterBox = readonly [x: number, y: number, w: number, h: number]

const epsilon = 1e-7

/**
 * Complete IoU of a prediction with its target (Zheng et al., arXiv:1911.08287), iou − ρ²/c² − αv, and its gradient
 * with respect to the prediction's x, y, w and h. As in the paper's code, α counts as a constant.
 */
export function completeIou(
  [x, y, w, h]: CenterBox,
  [tx, ty, tw, th]: CenterBox,
): { readonly value: number; readonly gradient: CenterBox } {
  const alongX = overlap(x, w, tx, tw)
  const alongY = overlap(y, h, ty, th)
  const inner = alongX.inner * alongY.inner
  const union = w * h + tw * th - inner + epsilon
  const iou = inner / union

  const diagonal = alongX.hull ** 2 + alongY.hull ** 2 + epsilon
  const distance = (tx - x) ** 2 + (ty - y) ** 2
  const angle = Math.atan(tw / th) - Math.atan(w / h)
  const v = (4 / Math.PI ** 2) * angle ** 2
  const alpha = v / (v - iou + (1 + epsilon))

  /** Of iou − ρ²/c², from the slopes of intersection, own area, hull's squared diagonal and distance. */
  const slope = (dInner: number, dArea: number, dDiagonal: number, dDistance: number): number =>
    (dInner * union - inner * (dArea - dInner)) / union ** 2 -
    (dDistance * diagonal - distance * dDiagonal) / diagonal ** 2
  const bend = w === 0 && h === 0 ? 0 : ((8 / Math.PI ** 2) * angle * alpha) / (w * w + h * h)
  return {
    value: iou - distance / diagonal - alpha * v,
    gradient: [
      slope(
        alongX.innerByCenter * alongY.inner,
        0,
        2 * alongX.hull * alongX.hullByCenter,
        2 * (x - tx),
      ),
      slope(
        alongY.innerByCenter * alongX.inner,
        0,
        2 * alongY.hull * alongY.hullByCenter,
        2 * (y - ty),
      ),
      slope(alongX.innerBySize * alongY.inner, h, 2 * alongX.hull * alongX.hullBySize, 0) +
        bend * h,
      slope(alongY.innerBySize * alongX.inner, w, 2 * alongY.hull * alongY.hullBySize, 0) -
        bend * w,
    ],
  }
}

type Overlap = {
  /** Length that both cover. */
  readonly inner: number
  /** Length from the first to the last end. */
  readonly hull: number
  readonly innerByCenter: number
  readonly innerBySize: number
  readonly hullByCenter: number
  readonly hullBySize: number
}

/** One axis: interval `at ± size / 2` against the target's, with slopes by `at` and `size`. */
function overlap(at: number, size: number, targetAt: number, targetSize: number): Overlap {
  const low = at - size / 2
  const high = at + size / 2
  const targetLow = targetAt - targetSize / 2
  const targetHigh = targetAt + targetSize / 2
  const inner = Math.min(high, targetHigh) - Math.max(low, targetLow)
  const meets = inner >= 0
  const highInside = high < targetHigh ? 1 : 0
  const lowInside = low > targetLow ? 1 : 0
  return {
    inner: Math.max(inner, 0),
    hull: Math.max(high, targetHigh) - Math.min(low, targetLow),
    innerByCenter: meets ? highInside - lowInside : 0,
    innerBySize: meets ? (highInside + lowInside) / 2 : 0,
    hullByCenter: lowInside - highInside,
    hullBySize: (2 - lowInside - highInside) / 2,
  }
}
