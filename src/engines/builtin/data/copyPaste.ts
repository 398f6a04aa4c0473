import { roundHalfEven } from '../rounding'
import { joinLabels, type PixelLabels } from './boxes'
import type { Image } from './image'
import type { Random } from './random'

/**
 * Pastes mirrored copies of outlined objects where they hide little of others (`copy_paste`; Ghiasi et al.,
 * arXiv:2012.07177). Changes the image in place.
 *
 * @param share of the objects that are copied
 */
export function copyPaste(
  image: Image,
  labels: PixelLabels,
  share: number,
  random: Random,
): PixelLabels {
  const outlined = labels.outlines.flatMap((outline, i) => (outline ? [i] : []))
  if (share <= 0 || outlined.length === 0) return labels
  const { width } = image
  let all = labels
  const mask = new Uint8Array(image.width * image.height)
  const count = Math.min(roundHalfEven(share * outlined.length), outlined.length)
  for (const pick of random.sample(outlined.length, count)) {
    const i = outlined[pick] ?? 0
    const outline = labels.outlines[i]
    const [cls = 0, left = 0, top = 0, right = 0, bottom = 0] = labels.boxes.subarray(
      i * 5,
      i * 5 + 5,
    )
    const box = Float64Array.of(cls, width - right, top, width - left, bottom)
    if (!outline || hidesMuch(box, all.boxes)) continue
    const mirrored = outline.map((value, k) => (k % 2 === 0 ? width - value : value))
    all = joinLabels([all, { boxes: box, outlines: [mirrored] }])
    fillOutline(mask, image, outline)
  }
  pasteMirrored(image, mask)
  return all
}

/** Whether a box covers 30 % or more of another. */
function hidesMuch(box: Float64Array, boxes: Float64Array): boolean {
  const [, left = 0, top = 0, right = 0, bottom = 0] = box
  for (let at = 0; at < boxes.length; at += 5) {
    const [, l = 0, t = 0, r = 0, b = 0] = boxes.subarray(at, at + 5)
    const w = Math.max(Math.min(right, r) - Math.max(left, l), 0)
    const h = Math.max(Math.min(bottom, b) - Math.max(top, t), 0)
    if ((w * h) / ((r - l) * (b - t) + 1e-7) >= 0.3) return true
  }
  return false
}

/** Marks the pixels whose centres lie inside an outline, row by row (even-odd rule). */
function fillOutline(mask: Uint8Array, { width, height }: Image, outline: Float64Array): void {
  const corners = outline.length / 2
  for (let y = 0; y < height; y++) {
    const crossings: number[] = []
    for (let i = 0; i < corners; i++) {
      const j = (i + 1) % corners
      const y0 = outline[i * 2 + 1] as number
      const y1 = outline[j * 2 + 1] as number
      if (y0 <= y === y1 <= y) continue
      const x0 = outline[i * 2] as number
      const x1 = outline[j * 2] as number
      crossings.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0))
    }
    crossings.sort((a, b) => a - b)
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(Math.ceil(crossings[i] as number), 0)
      const to = Math.min(Math.floor(crossings[i + 1] as number), width - 1)
      if (to >= from) mask.fill(1, y * width + from, y * width + to + 1)
    }
  }
}

function pasteMirrored({ width, height, data }: Image, mask: Uint8Array): void {
  const before = data.slice()
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue
      const from = (y * width + x) * 3
      data.set(before.subarray(from, from + 3), (y * width + (width - 1 - x)) * 3)
    }
  }
}
