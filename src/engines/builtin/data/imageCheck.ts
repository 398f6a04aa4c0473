import { open, readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import type { BuiltinRelease } from '../contract'
import { bitmapHeader, bitmapSize, isBitmap } from './bitmap'

/** Formats as sharp names them. */
const formats = new Set(['jpeg', 'png', 'tiff', 'webp', 'dng', 'mpo'])
const leastSide = 10

/**
 * Width and height of an image file, upright. Throws an Error where the release leaves the image out as corrupt
 * (`verify_image_label`): what is no image, is smaller than 10 pixels, is a damaged PNG, or, from v6.0 on, is a JPEG
 * that is cut off.
 */
export async function checkImage(
  file: string,
  release: BuiltinRelease,
): Promise<readonly [width: number, height: number]> {
  const size = await uprightSize(file, release)
  const [width, height] = size
  if (width < leastSide || height < leastSide) {
    throw new Error(`image size ${width} × ${height} < ${leastSide} pixels`)
  }
  return size
}

async function uprightSize(
  file: string,
  release: BuiltinRelease,
): Promise<readonly [number, number]> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const at = async (position: number, length: number): Promise<Buffer> => {
      const buffer = Buffer.alloc(length)
      return buffer.subarray(0, (await handle.read(buffer, 0, length, position)).bytesRead)
    }
    const head = await at(0, bitmapHeader)
    if (isBitmap(head)) return bitmapSize(head)
    const {
      width,
      height,
      format,
      orientation = 1,
    } = await sharp(file, { failOn: 'none' }).metadata()
    if (!width || !height || !format || !formats.has(format)) {
      throw new Error(`invalid image format ${format ?? ''}`)
    }
    if (format === 'png') requireWholePng(await readFile(file))
    if (format === 'jpeg' && release !== 'v5.0') {
      const end = await at(Math.max(size - 2, 0), 2)
      if (end.readUInt16BE() !== endOfJpeg)
        await sharp(file, { failOn: 'truncated' }).raw().toBuffer()
    }
    return orientation > 4 ? [height, width] : [width, height]
  } finally {
    await handle.close()
  }
}

const endOfJpeg = 0xffd9

/** Goes through a PNG's chunks up to the last, comparing checksums, as Pillow's `verify` does. */
function requireWholePng(bytes: Buffer): void {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const end = at + 8 + length
    if (end + 4 > bytes.length) break
    if (crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32BE(end)) {
      throw new Error('broken PNG: a checksum is wrong')
    }
    if (bytes.toString('latin1', at + 4, at + 8) === 'IEND') return
    at = end + 4
  }
  throw new Error('broken PNG: it is cut off')
}
