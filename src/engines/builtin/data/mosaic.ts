import { clipLabels, joinLabels, type PixelLabels, toPixels } from './boxes'
import { filled, type Image, paste } from './image'
import type { Labels } from './labels'
import type { Random } from './random'

/** An image as it is read, fitted to the training size, and its labels. */
export type LabelledImage = { readonly image: Image; readonly labels: Labels }

/**
 * Four images around a random centre on a canvas of twice their size (`load_mosaic`): upper left, upper right, lower
 * left, lower right.
 */
export function mosaic(
  tiles: readonly LabelledImage[],
  size: number,
  random: Random,
): { readonly image: Image; readonly labels: PixelLabels } {
  const canvas = filled(size * 2, size * 2)
  const centreY = Math.trunc(random.uniform(size / 2, size * 1.5))
  const centreX = Math.trunc(random.uniform(size / 2, size * 1.5))
  const parts = tiles.map(({ image, labels }, i) => {
    const { width, height } = image
    const onLeft = i % 2 === 0
    const onTop = i < 2
    // Where the image's upper left corner would be; what lies beyond the canvas is cut off.
    const left = onLeft ? centreX - width : centreX
    const top = onTop ? centreY - height : centreY
    const fromX = Math.max(-left, 0)
    const fromY = Math.max(-top, 0)
    const toX = Math.max(left, 0)
    const toY = Math.max(top, 0)
    const w = Math.min(width - fromX, size * 2 - toX)
    const h = Math.min(height - fromY, size * 2 - toY)
    paste(image, fromX, fromY, w, h, canvas, toX, toY)
    return toPixels(labels, width, height, left, top)
  })
  return { image: canvas, labels: clipLabels(joinLabels(parts), size * 2) }
}
