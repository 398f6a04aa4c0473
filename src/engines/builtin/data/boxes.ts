import type { Labels } from './labels'

/** Boxes of an image being made: rows of 5, class and left, upper, right, lower in pixels; with outlines if any. */
export type PixelLabels = {
  readonly boxes: Float64Array
  /** By box: x, y pairs in pixels; undefined for one without an outline. */
  readonly outlines: readonly (Float64Array | undefined)[]
}

/** Labels of an image of `width` × `height` pixels that starts at `left`, `top`. */
export function toPixels(
  { boxes, segments }: Labels,
  width: number,
  height: number,
  left: number,
  top: number,
): PixelLabels {
  const pixels = new Float64Array(boxes.length)
  for (let at = 0; at < boxes.length; at += 5) {
    const [cls = 0, x = 0, y = 0, w = 0, h = 0] = boxes.subarray(at, at + 5)
    pixels[at] = cls
    pixels[at + 1] = width * (x - w / 2) + left
    pixels[at + 2] = height * (y - h / 2) + top
    pixels[at + 3] = width * (x + w / 2) + left
    pixels[at + 4] = height * (y + h / 2) + top
  }
  const outlines = Array.from({ length: boxes.length / 5 }, (_, i) => {
    const segment = segments[i]
    return (
      segment &&
      Float64Array.from(segment, (value, k) =>
        k % 2 === 0 ? value * width + left : value * height + top,
      )
    )
  })
  return { boxes: pixels, outlines }
}

export function joinLabels(parts: readonly PixelLabels[]): PixelLabels {
  const boxes = new Float64Array(parts.reduce((sum, part) => sum + part.boxes.length, 0))
  let at = 0
  for (const part of parts) {
    boxes.set(part.boxes, at)
    at += part.boxes.length
  }
  return { boxes, outlines: parts.flatMap((part) => part.outlines) }
}

/** All coordinates within a square of `size` pixels. */
export function clipLabels({ boxes, outlines }: PixelLabels, size: number): PixelLabels {
  const clip = (value: number): number => Math.min(Math.max(value, 0), size)
  return {
    boxes: boxes.map((value, i) => (i % 5 === 0 ? value : clip(value))),
    outlines: outlines.map((outline) => outline?.map(clip)),
  }
}

/**
 * Rows of 5: class, x, y, w, h as shares of the image; boxes clipped to it but for a thousandth of a pixel, as
 * `xyxy2xywhn(clip=True, eps=1E-3)` does from v6.0 on.
 */
export function toShares(
  { boxes }: PixelLabels,
  width: number,
  height: number,
  clips: boolean,
): Float32Array {
  const shares = new Float32Array(boxes.length)
  const clip = (value: number, size: number): number =>
    clips ? Math.min(Math.max(value, 0), size - 1e-3) : value
  for (let at = 0; at < boxes.length; at += 5) {
    const left = clip(boxes[at + 1] as number, width)
    const top = clip(boxes[at + 2] as number, height)
    const right = clip(boxes[at + 3] as number, width)
    const bottom = clip(boxes[at + 4] as number, height)
    shares[at] = boxes[at] as number
    shares[at + 1] = (left + right) / 2 / width
    shares[at + 2] = (top + bottom) / 2 / height
    shares[at + 3] = (right - left) / width
    shares[at + 4] = (bottom - top) / height
  }
  return shares
}
