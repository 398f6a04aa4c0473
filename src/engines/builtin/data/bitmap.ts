import type { Image } from './image'

/** Windows bitmaps, which sharp does not read: rows of whole bytes or palette indices, without compression. */
export function isBitmap(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d
}

/** Bytes of a file that are enough for `bitmapSize`. */
export const bitmapHeader = 64

type Header = {
  readonly width: number
  readonly height: number
  /** Whether the first row in the file is the uppermost. */
  readonly fromTop: boolean
  readonly bitsPerPixel: number
  readonly pixels: number
  readonly palette: { readonly start: number; readonly entry: 3 | 4 }
}

/** Width and height. @throws RangeError where the file is none that this reads */
export function bitmapSize(bytes: Uint8Array): readonly [width: number, height: number] {
  const { width, height } = readHeader(bytes)
  return [width, height]
}

/** Decodes a bitmap of 1, 4, 8, 24 or 32 bits a pixel, without transparency. @throws RangeError */
export function decodeBitmap(bytes: Uint8Array): Image {
  const header = readHeader(bytes)
  const { width, height, fromTop, bitsPerPixel } = header
  const rowBytes = Math.ceil((width * bitsPerPixel) / 32) * 4
  if (header.pixels + rowBytes * height > bytes.length) throw new RangeError('bitmap is cut off')
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const row = header.pixels + rowBytes * (fromTop ? y : height - 1 - y)
    for (let x = 0; x < width; x++) {
      const from = colorAt(bytes, header, row, x)
      const to = (y * width + x) * 3
      data[to] = bytes[from + 2] ?? 0
      data[to + 1] = bytes[from + 1] ?? 0
      data[to + 2] = bytes[from] ?? 0
    }
  }
  return { width, height, data }
}

/** Where the blue, green and red of a pixel lie. */
function colorAt(
  bytes: Uint8Array,
  { bitsPerPixel, palette }: Header,
  row: number,
  x: number,
): number {
  if (bitsPerPixel >= 24) return row + x * (bitsPerPixel >> 3)
  const bit = x * bitsPerPixel
  const shift = 8 - bitsPerPixel - (bit & 7)
  const index = ((bytes[row + (bit >> 3)] ?? 0) >> shift) & ((1 << bitsPerPixel) - 1)
  return palette.start + index * palette.entry
}

/** Either of OS/2's header of 12 bytes or of Windows' of 40 and more. */
function readHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.getUint32(14, true)
  const core = size === 12
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true)
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true)
  const bitsPerPixel = view.getUint16(core ? 24 : 28, true)
  const compression = core ? 0 : view.getUint32(30, true)
  // 3: the places of the colours are given, with 32 bits these same ones in practice.
  const plain = compression === 0 || (compression === 3 && bitsPerPixel === 32)
  if (width <= 0 || signedHeight === 0 || ![1, 4, 8, 24, 32].includes(bitsPerPixel) || !plain) {
    throw new RangeError(`bitmap of ${bitsPerPixel} bits a pixel, compression ${compression}`)
  }
  return {
    ...{ width, height: Math.abs(signedHeight), fromTop: signedHeight < 0, bitsPerPixel },
    pixels: view.getUint32(10, true),
    palette: { start: 14 + size, entry: core ? 3 : 4 },
  }
}
