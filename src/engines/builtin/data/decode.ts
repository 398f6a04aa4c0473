import sharp from 'sharp'
import type { Image } from './image'
import { resizeArea, resizeLinear } from './resize'

/** An image file as RGB, upright as its EXIF says, without transparency (`cv2.imread`). */
export async function decode(file: string): Promise<Image> {
  const { data, info } = await sharp(file)
    .rotate()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels === 3) return { width, height, data }
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) rgb.fill(data[i * channels] ?? 0, i * 3, i * 3 + 3)
  return { width, height, data: rgb }
}

/**
 * Scales the longer side to `size` pixels (`load_image`): bilinear for training and enlarging, by area when an image
 * to be evaluated shrinks.
 */
export function fitLonger(image: Image, size: number, augments: boolean): Image {
  const ratio = size / Math.max(image.width, image.height)
  if (ratio === 1) return image
  const width = Math.trunc(image.width * ratio)
  const height = Math.trunc(image.height * ratio)
  return ratio < 1 && !augments
    ? resizeArea(image, width, height)
    : resizeLinear(image, width, height)
}
