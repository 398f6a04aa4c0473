import type { PixelLabels } from './boxes'
import type { Image } from './image'
import type { Random } from './random'
import { type Matrix, multiply, warp } from './warp'

/** Ranges of the random movement, as the hyperparameters have them. */
export type PerspectiveOptions = {
  /** Rotation, ± degrees. */
  readonly degrees: number
  /** ± share of the image's size. */
  readonly translate: number
  /** ± gain. */
  readonly scale: number
  /** ± degrees. */
  readonly shear: number
  readonly perspective: number
  /** A box is dropped when one of its sides is so many times the other: 20 up to v6.0, then 100. */
  readonly aspectLimit: number
  /** Whether outlines are followed back to their first point, as from v6.2 on. */
  readonly closesOutlines: boolean
}

type Size = Pick<Image, 'width' | 'height'>

const outlinePoints = 1000

/**
 * Rotates, scales, shears and moves an image at random, with its boxes (`random_perspective`,
 * utils/augmentations.py). The result has the size `to`, from the middle of the image.
 */
export function randomPerspective(
  image: Image,
  labels: PixelLabels,
  to: Size,
  options: PerspectiveOptions,
  random: Random,
): { readonly image: Image; readonly labels: PixelLabels } {
  const { matrix, scale } = randomMatrix(image, to, options, random)
  const same = image.width === to.width && image.height === to.height && isIdentity(matrix)
  return {
    image: same ? image : warp(image, matrix, to.width, to.height),
    labels: moveLabels(labels, matrix, to, scale, options),
  }
}

function randomMatrix(
  { width, height }: Image,
  to: Size,
  { degrees, translate, scale: gain, shear, perspective }: PerspectiveOptions,
  random: Random,
): { readonly matrix: Matrix; readonly scale: number } {
  const centre: Matrix = [
    [1, 0, -width / 2],
    [0, 1, -height / 2],
    [0, 0, 1],
  ]
  const tilt: Matrix = [
    [1, 0, 0],
    [0, 1, 0],
    [random.uniform(-perspective, perspective), random.uniform(-perspective, perspective), 1],
  ]
  const angle = (random.uniform(-degrees, degrees) * Math.PI) / 180
  const scale = random.uniform(1 - gain, 1 + gain)
  const cosine = Math.cos(angle) * scale
  const sine = Math.sin(angle) * scale
  const rotation: Matrix = [
    [cosine, sine, 0],
    [-sine, cosine, 0],
    [0, 0, 1],
  ]
  const slant = (): number => Math.tan((random.uniform(-shear, shear) * Math.PI) / 180)
  const shearing: Matrix = [
    [1, slant(), 0],
    [slant(), 1, 0],
    [0, 0, 1],
  ]
  const shift = (size: number): number => random.uniform(0.5 - translate, 0.5 + translate) * size
  const move: Matrix = [
    [1, 0, shift(to.width)],
    [0, 1, shift(to.height)],
    [0, 0, 1],
  ]
  const matrix = [move, shearing, rotation, tilt, centre].reduce(multiply)
  return { matrix, scale }
}

function isIdentity(matrix: Matrix): boolean {
  return matrix.every((row, i) => row.every((value, j) => value === (i === j ? 1 : 0)))
}

/**
 * Each box by its own outline where it has one. YOLOv5 pairs outlines and boxes by position, which mixes them up where
 * only some of a mosaic's images have outlines; that is not repeated here.
 */
function moveLabels(
  { boxes, outlines }: PixelLabels,
  matrix: Matrix,
  size: Size,
  scale: number,
  { aspectLimit, closesOutlines }: PerspectiveOptions,
): PixelLabels {
  const kept: number[] = []
  const keptOutlines: (Float64Array | undefined)[] = []
  outlines.forEach((outline, i) => {
    const [cls = 0, left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(i * 5, i * 5 + 5)
    const box = outline
      ? boxInside(movePoints(resampled(outline, closesOutlines), matrix), size)
      : boxAround(
          movePoints(Float64Array.of(left, top, right, bottom, left, bottom, right, top), matrix),
          size,
        )
    const area = (right - left) * (bottom - top) * scale * scale
    if (!isWorthKeeping(box, area, outline ? 0.01 : 0.1, aspectLimit)) return
    kept.push(cls, ...box)
    keptOutlines.push(outline && movePoints(outline, matrix))
  })
  return { boxes: Float64Array.from(kept), outlines: keptOutlines }
}

/** Not too small, not too thin, not cut too much (`box_candidates`). */
function isWorthKeeping(
  [left, top, right, bottom]: Box,
  areaBefore: number,
  areaShare: number,
  aspectLimit: number,
): boolean {
  const w = right - left
  const h = bottom - top
  const aspect = Math.max(w / (h + 1e-16), h / (w + 1e-16))
  return w > 2 && h > 2 && (w * h) / (areaBefore + 1e-16) > areaShare && aspect < aspectLimit
}

type Box = readonly [left: number, top: number, right: number, bottom: number]

function movePoints(points: Float64Array, [xs, ys, ws]: Matrix): Float64Array {
  const moved = new Float64Array(points.length)
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] as number
    const y = points[i + 1] as number
    const w = ws[0] * x + ws[1] * y + ws[2]
    moved[i] = (xs[0] * x + xs[1] * y + xs[2]) / w
    moved[i + 1] = (ys[0] * x + ys[1] * y + ys[2]) / w
  }
  return moved
}

function boxAround(points: Float64Array, { width, height }: Size): Box {
  const clip = (value: number, size: number): number => Math.min(Math.max(value, 0), size)
  const xs = points.filter((_, i) => i % 2 === 0)
  const ys = points.filter((_, i) => i % 2 === 1)
  return [
    clip(Math.min(...xs), width),
    clip(Math.min(...ys), height),
    clip(Math.max(...xs), width),
    clip(Math.max(...ys), height),
  ]
}

/** The box around those points that lie in the image; nothing where none does. */
function boxInside(points: Float64Array, { width, height }: Size): Box {
  let box: Box | undefined
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] as number
    const y = points[i + 1] as number
    if (x < 0 || y < 0 || x > width || y > height) continue
    const [left, top, right, bottom] = box ?? [x, y, x, y]
    box = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)]
  }
  return box ?? [0, 0, 0, 0]
}

/** An outline with many points along its sides, as `resample_segments` (utils/general.py) spreads them. */
function resampled(outline: Float64Array, closes: boolean): Float64Array {
  const corners = outline.length / 2
  const points = new Float64Array(outlinePoints * 2)
  for (let i = 0; i < outlinePoints; i++) {
    const at = (i * (closes ? corners : corners - 1)) / (outlinePoints - 1)
    const from = Math.floor(at)
    const part = at - from
    for (let k = 0; k < 2; k++) {
      const a = outline[(from % corners) * 2 + k] as number
      const b = outline[((from + 1) % corners) * 2 + k] as number
      points[i * 2 + k] = a + (b - a) * part
    }
  }
  return points
}
