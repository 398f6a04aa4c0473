import { roundHalfEven } from '../rounding'
import type { Size } from './sample'

/**
 * The smallest rectangle in whole strides that holds an image whose longer side is scaled to `imageSize`: the
 * `auto=True` of letterbox, with which detect.py reads images.
 */
export function leastRectangle({ width, height }: Size, imageSize: number, stride: number): Size {
  const ratio = Math.min(imageSize / width, imageSize / height)
  const side = (length: number): number => {
    const inner = roundHalfEven(length * ratio)
    return inner + ((imageSize - inner) % stride)
  }
  return { width: side(width), height: side(height) }
}
