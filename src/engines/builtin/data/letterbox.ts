import { roundHalfEven } from '../rounding'
import { filled, type Image, paste } from './image'
import { resizeLinear } from './resize'

export type Letterboxed = {
  readonly image: Image
  /** Factor on the image's size. */
  readonly ratio: number
  /** Space on the left and above, in pixels; half pixels where it does not divide. */
  readonly pad: readonly [x: number, y: number]
}

/**
 * Fits an image into `width` × `height` with grey around it (`letterbox`, utils/augmentations.py).
 *
 * @param enlarges whether a smaller image grows
 */
export function letterbox(
  image: Image,
  width: number,
  height: number,
  enlarges: boolean,
): Letterboxed {
  const fit = Math.min(height / image.height, width / image.width)
  const ratio = enlarges ? fit : Math.min(fit, 1)
  const inner = resizeLinear(
    image,
    roundHalfEven(image.width * ratio),
    roundHalfEven(image.height * ratio),
  )
  const padX = (width - inner.width) / 2
  const padY = (height - inner.height) / 2
  if (padX === 0 && padY === 0) return { image: inner, ratio, pad: [0, 0] }
  const canvas = filled(width, height)
  const left = roundHalfEven(padX - 0.1)
  const top = roundHalfEven(padY - 0.1)
  paste(inner, 0, 0, inner.width, inner.height, canvas, left, top)
  return { image: canvas, ratio, pad: [padX, padY] }
}
