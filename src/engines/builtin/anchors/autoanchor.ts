import { fromFloat32, toFloat32 } from '../../../core/checkpoint/tensorData'
import type { HeadShape } from '../contract'
import type { Random } from '../data/random'
import type { ImageSet } from '../data/scan'
import { kMeans } from './kMeans'

/** Widths and heights in pixels of the network's input, as x, y pairs. */
export type Sizes = Float64Array

export type AnchorCheck = {
  /** Share of boxes that at least one anchor fits (best possible recall). */
  readonly recall: number
  /** Anchors that fit a box, on average. */
  readonly anchorsPerTarget: number
}

/** Below it new anchors are sought (`check_anchors`, utils/autoanchor.py). */
export const recallWanted = 0.98
const generations = 1000
/** More boxes than these do not change the outcome, only the time. */
const maxBoxes = 30_000

/** All boxes of a set as they will be when images are scaled to `imageSize`, each varied by `vary`. */
export function boxSizes(
  { labels, sizes }: Pick<ImageSet, 'labels' | 'sizes'>,
  imageSize: number,
  vary: () => number = () => 1,
): Sizes {
  const pairs: number[] = []
  labels.forEach(({ boxes }, i) => {
    const [width, height] = sizes[i] ?? [1, 1]
    const scale = (imageSize / Math.max(width, height)) * vary()
    for (let at = 0; at < boxes.length; at += 5) {
      pairs.push(
        (boxes[at + 3] as number) * width * scale,
        (boxes[at + 4] as number) * height * scale,
      )
    }
  })
  return Float64Array.from(pairs)
}

/** How well anchors fit, where sides may differ by a factor of `threshold`. */
export function checkAnchors(
  sizes: Sizes,
  anchors: readonly (readonly [number, number])[],
  threshold: number,
): AnchorCheck {
  const count = sizes.length / 2
  if (count === 0) return { recall: 1, anchorsPerTarget: 0 }
  let fitting = 0
  let above = 0
  for (let at = 0; at < sizes.length; at += 2) {
    const fits = anchors.map((anchor) => likeness(sizes, at, anchor))
    if (Math.max(...fits) > 1 / threshold) fitting++
    above += fits.filter((value) => value > 1 / threshold).length
  }
  return { recall: fitting / count, anchorsPerTarget: above / count }
}

/**
 * Anchors for a data set: k-means on the boxes' sides, then a thousand random changes of which the better ones are
 * kept (`kmean_anchors`, utils/autoanchor.py). From small to large.
 */
export function findAnchors(
  sizes: Sizes,
  count: number,
  threshold: number,
  random: Random,
): [number, number][] {
  const boxes = largeEnough(sizes, random)
  if (boxes.length < count * 2) return spread(boxes, count)
  const evolved = evolve(boxes, kMeans(boxes, count, random), threshold, random)
  return evolved.sort((a, b) => a[0] * a[1] - b[0] * b[1])
}

/** Anchors as the head has them: the smallest to the finest level. */
export function byLevel(
  anchors: readonly (readonly [number, number])[],
  { strides }: Pick<HeadShape, 'strides'>,
): HeadShape['anchors'] {
  const perLevel = anchors.length / strides.length
  const finestFirst = (strides[0] ?? 0) <= (strides.at(-1) ?? 0)
  const ordered = finestFirst ? anchors : [...anchors].reverse()
  return strides.map((_, level) => ordered.slice(level * perLevel, (level + 1) * perLevel))
}

/**
 * Anchors as a checkpoint will hold them, in FP16 and divided by their strides: train.py trains with those too
 * (`model.half().float()`).
 */
export function asStored(
  anchors: HeadShape['anchors'],
  { strides }: Pick<HeadShape, 'strides'>,
): HeadShape['anchors'] {
  return anchors.map((level, i) => {
    const stride = strides[i] ?? 1
    return level.map((sides) => {
      const scaled = Float32Array.from(sides, (side) => side / stride)
      const [w = 0, h = 0] = toFloat32('float16', fromFloat32('float16', scaled))
      return [w * stride, h * stride] as const
    })
  })
}

/** Boxes with a side of 2 pixels or more. */
function largeEnough(sizes: Sizes, random: Random): Sizes {
  const rows: number[] = []
  for (let at = 0; at < sizes.length; at += 2) {
    if ((sizes[at] as number) >= 2 || (sizes[at + 1] as number) >= 2) rows.push(at)
  }
  const kept = rows.length > maxBoxes ? random.shuffle(rows).slice(0, maxBoxes) : rows
  return Float64Array.from(kept.flatMap((at) => [sizes[at] as number, sizes[at + 1] as number]))
}

/** Fewer boxes than anchors: sides evenly between the smallest and the largest. */
function spread(boxes: Sizes, count: number): [number, number][] {
  const low = Math.max(Math.min(...boxes, 640), 4)
  const high = Math.max(...boxes, low * 2)
  return Array.from({ length: count }, (_, i) => {
    const side = low + ((high - low) * i) / Math.max(count - 1, 1)
    return [side, side]
  })
}

function evolve(
  boxes: Sizes,
  start: [number, number][],
  threshold: number,
  random: Random,
): [number, number][] {
  let best = start
  let bestFitness = meanFit(boxes, best, threshold)
  for (let generation = 0; generation < generations; generation++) {
    const size = random.unit()
    const changed = best.map(
      ([w, h]) =>
        [Math.max(w * change(random, size), 2), Math.max(h * change(random, size), 2)] as [
          number,
          number,
        ],
    )
    const fitness = meanFit(boxes, changed, threshold)
    if (fitness > bestFitness) {
      best = changed
      bestFitness = fitness
    }
  }
  return best
}

/** In nine of ten cases a factor around 1; `size` is common to all of a generation. */
function change(random: Random, size: number): number {
  if (random.unit() >= 0.9) return 1
  return Math.min(Math.max(size * random.normal() * 0.1 + 1, 0.3), 3)
}

/** Mean fit of each box's best anchor, those that do not fit counting nothing. */
function meanFit(
  boxes: Sizes,
  anchors: readonly (readonly [number, number])[],
  threshold: number,
): number {
  let sum = 0
  for (let at = 0; at < boxes.length; at += 2) {
    let best = 0
    for (const anchor of anchors) best = Math.max(best, likeness(boxes, at, anchor))
    if (best > 1 / threshold) sum += best
  }
  return sum / (boxes.length / 2)
}

/** 1 for equal sides, less the more one of them differs. */
function likeness(sizes: Sizes, at: number, [width, height]: readonly [number, number]): number {
  const w = (sizes[at] as number) / width
  const h = (sizes[at + 1] as number) / height
  return Math.min(w, 1 / w, h, 1 / h)
}
