import type { BuiltinRelease } from '../contract'
import type { Detections } from './decode'

export type SuppressionOptions = {
  /** Of two boxes of a class that overlap more, the less confident goes. */
  readonly iou: number
  readonly maxDetections: number
  /** Boxes of different classes suppress each other too. */
  readonly agnostic: boolean
  readonly release: BuiltinRelease
}

/** Pixels that a side must have in v6.1; other releases have the check switched off. */
const sides = { least: 2, most: 7680 } as const

/** So many candidates at most are compared, the most confident. */
const maxCandidates = 30_000

/**
 * Non-maximum suppression (`non_max_suppression`, utils/general.py). The most confident comes first. YOLOv5 gives up
 * after some seconds and leaves the images that are left without detections, which makes scores depend on the machine;
 * not so here.
 */
export function suppress(
  candidates: Detections,
  { iou, maxDetections, agnostic, release }: SuppressionOptions,
): Detections {
  const order: number[] = []
  for (let i = 0; i < candidates.length / 6; i++) {
    if (release !== 'v6.1' || fitsSides(candidates, i * 6)) order.push(i)
  }
  order.sort((a, b) => (candidates[b * 6 + 4] ?? 0) - (candidates[a * 6 + 4] ?? 0) || a - b)
  const kept: number[] = []
  const shifted = shiftedByClass(candidates, agnostic ? 0 : classShift(release))
  // By class, so that a box is compared with those that can suppress it only.
  const keptOf = new Map<number, number[]>()
  for (const i of order.slice(0, maxCandidates)) {
    const cls = agnostic ? 0 : (candidates[i * 6 + 5] ?? 0)
    const rivals = keptOf.get(cls) ?? []
    if (rivals.some((other) => overlap32(shifted, i * 4, other * 4) > iou)) continue
    rivals.push(i)
    keptOf.set(cls, rivals)
    kept.push(i)
    if (kept.length === maxDetections) break
  }
  const result = new Float32Array(kept.length * 6)
  kept.forEach((i, k) => {
    result.set(candidates.subarray(i * 6, i * 6 + 6), k * 6)
  })
  return result
}

/** Pixels by which YOLOv5 moves the boxes of a class away from those of the one before (`max_wh`). */
function classShift(release: BuiltinRelease): number {
  return release === 'v5.0' || release === 'v6.0' ? 4096 : 7680
}

/**
 * Left, upper, right, lower of each candidate, moved as YOLOv5 moves them. What their float32 loses by that decides
 * close cases: 1/1000 of a pixel in the third class.
 */
function shiftedByClass(candidates: Detections, shift: number): Float32Array {
  return Float32Array.from({ length: (candidates.length / 6) * 4 }, (_, at) => {
    const row = (at >> 2) * 6
    return (candidates[row + (at & 3)] as number) + (candidates[row + 5] as number) * shift
  })
}

/** Intersection over union of two boxes, in float32 at each step as `torchvision.ops.nms` computes it. */
function overlap32(boxes: Float32Array, i: number, j: number): number {
  const { fround } = Math
  const side = (k: 0 | 1): number =>
    fround(
      Math.min(boxes[i + 2 + k] as number, boxes[j + 2 + k] as number) -
        Math.max(boxes[i + k] as number, boxes[j + k] as number),
    )
  const [w, h] = [side(0), side(1)]
  if (w <= 0 || h <= 0) return 0
  const area = (at: number): number =>
    fround(
      fround((boxes[at + 2] as number) - (boxes[at] as number)) *
        fround((boxes[at + 3] as number) - (boxes[at + 1] as number)),
    )
  const inner = fround(w * h)
  return fround(inner / fround(fround(area(i) + area(j)) - inner))
}

function fitsSides(boxes: Detections, at: number): boolean {
  const w = (boxes[at + 2] as number) - (boxes[at] as number)
  const h = (boxes[at + 3] as number) - (boxes[at + 1] as number)
  return Math.min(w, h) >= sides.least && Math.max(w, h) <= sides.most
}

/** Intersection over union of the boxes at two places: left, upper, right, lower. */
export function overlap(a: Float32Array, i: number, b: Float32Array, j: number): number {
  const al = a[i] as number
  const at = a[i + 1] as number
  const ar = a[i + 2] as number
  const ab = a[i + 3] as number
  const bl = b[j] as number
  const bt = b[j + 1] as number
  const br = b[j + 2] as number
  const bb = b[j + 3] as number
  const w = Math.min(ar, br) - Math.max(al, bl)
  const h = Math.min(ab, bb) - Math.max(at, bt)
  if (w <= 0 || h <= 0) return 0
  const inner = w * h
  return inner / ((ar - al) * (ab - at) + (br - bl) * (bb - bt) - inner)
}
