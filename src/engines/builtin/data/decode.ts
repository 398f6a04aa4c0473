import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { decodeBitmap, isBitmap } from './bitmap'
import type { Image } from './image'
import { resizeArea, resizeLinear } from './resize'

/**
 * An image file as RGB, upright as its EXIF says, without transparency, as `cv2.imread` decodes it: colour profiles
 * are ignored, and of a damaged JPEG what there is is taken.
 */
export async function decode(file: string): Promise<Image> {
  const bytes = await readFile(file)
  return isBitmap(bytes) ? decodeBitmap(bytes) : decodeOther(bytes)
}

async function decodeOther(bytes: Uint8Array): Promise<Image> {
  const image = sharp(bytes, { ignoreIcc: true, failOn: 'none' }).rotate()
  const { space } = await image.metadata()
  const { data, info } = await (space === 'cmyk'
    ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
    : image.toColourspace('srgb').removeAlpha()
  )
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels === 3) return { width, height, data }
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) {
    const black = channels === 4 ? 255 - (data[i * 4 + 3] ?? 0) : 0
    for (let c = 0; c < 3; c++) {
      // OpenCV's way from printing colours (icvCvt_CMYK2BGR_8u_C4C3R, modules/imgcodecs/src/utils.cpp).
      rgb[i * 3 + c] =
        channels === 4 ? black - (((data[i * 4 + c] ?? 0) * black) >> 8) : (data[i * channels] ?? 0)
    }
  }
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
