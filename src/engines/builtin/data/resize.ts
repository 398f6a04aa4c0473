import { roundHalfEven } from '../rounding'
import type { Image } from './image'

/**
 * Bilinear, with the centres of pixels aligned, in the fixed-point arithmetic of OpenCV's `INTER_LINEAR`
 * (modules/imgproc/src/resize.cpp), so that results are the same to the bit.
 */
export function resizeLinear(image: Image, width: number, height: number): Image {
  if (width === image.width && height === image.height) return image
  // OpenCV averages where both sides are halved.
  if (image.width === width * 2 && image.height === height * 2) {
    return resizeArea(image, width, height)
  }
  const { data } = image
  const columns = axis(image.width, width, true)
  const rows = axis(image.height, height, false)
  const rowBytes = image.width * 3
  const result = new Uint8Array(width * height * 3)
  const horizontal = (row: number, into: Int32Array): void => {
    const start = row * rowBytes
    for (let x = 0; x < width; x++) {
      const a = start + (columns.from[x] as number) * 3
      const b = start + (columns.to[x] as number) * 3
      const second = columns.weight[x] as number
      const first = 2048 - second
      for (let c = 0; c < 3; c++) {
        into[x * 3 + c] = (data[a + c] as number) * first + (data[b + c] as number) * second
      }
    }
  }
  let upper = new Int32Array(width * 3)
  let lower = new Int32Array(width * 3)
  let upperRow = -1
  let lowerRow = -1
  for (let y = 0; y < height; y++) {
    const from = rows.from[y] as number
    const to = rows.to[y] as number
    if (from === lowerRow) {
      ;[upper, lower] = [lower, upper]
      ;[upperRow, lowerRow] = [lowerRow, upperRow]
    }
    if (from !== upperRow) horizontal(from, upper)
    upperRow = from
    if (to !== lowerRow) horizontal(to, lower)
    lowerRow = to
    const second = rows.weight[y] as number
    const first = 2048 - second
    const start = y * width * 3
    for (let i = 0; i < width * 3; i++) {
      const top = (first * ((upper[i] as number) >> 4)) >> 16
      const bottom = (second * ((lower[i] as number) >> 4)) >> 16
      result[start + i] = (top + bottom + 2) >> 2
    }
  }
  return { width, height, data: result }
}

type Axis = { readonly from: Int32Array; readonly to: Int32Array; readonly weight: Int32Array }

/**
 * For each output position the two inputs, and the second's weight in 1/2048. Beyond the edges both inputs are the same
 * pixel; OpenCV `settles` them on the first along rows, but blends them down columns, which rounds differently.
 */
function axis(inputs: number, outputs: number, settles: boolean): Axis {
  const from = new Int32Array(outputs)
  const to = new Int32Array(outputs)
  const weight = new Int32Array(outputs)
  const scale = inputs / outputs
  for (let i = 0; i < outputs; i++) {
    const at = Math.fround((i + 0.5) * scale - 0.5)
    const low = Math.floor(at)
    const inside = low >= 0 && low < inputs - 1
    from[i] = Math.min(Math.max(low, 0), inputs - 1)
    to[i] = Math.min(Math.max(low + 1, 0), inputs - 1)
    weight[i] = inside || !settles ? roundHalfEven((at - low) * 2048) : 0
  }
  return { from, to, weight }
}

/** Each output is the mean of the area that it covers, as OpenCV's `INTER_AREA` when it shrinks. */
export function resizeArea(image: Image, width: number, height: number): Image {
  if (width > image.width || height > image.height) return resizeLinear(image, width, height)
  const columns = coverage(image.width, width)
  const rows = coverage(image.height, height)
  // For means of 2 × 2 OpenCV has code of its own, which rounds halves up.
  const halved = image.width === width * 2 && image.height === height * 2
  const sums = new Float32Array(width * 3)
  const line = new Float32Array(width * 3)
  const result = new Uint8Array(width * height * 3)
  let lineRow = -1
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    for (const [row, rowShare] of rows[y] ?? []) {
      if (row !== lineRow) shrinkLine(image, row, columns, line)
      lineRow = row
      for (let i = 0; i < sums.length; i++) {
        sums[i] = (sums[i] as number) + (line[i] as number) * rowShare
      }
    }
    const start = y * width * 3
    for (let i = 0; i < sums.length; i++) {
      const mean = sums[i] as number
      result[start + i] = halved ? Math.floor(mean + 0.5) : roundHalfEven(mean)
    }
  }
  return { width, height, data: result }
}

type Share = readonly [index: number, share: number]

function shrinkLine(
  { width, data }: Image,
  row: number,
  columns: readonly (readonly Share[])[],
  into: Float32Array,
): void {
  const start = row * width * 3
  columns.forEach((shares, x) => {
    let red = 0
    let green = 0
    let blue = 0
    for (const [column, share] of shares) {
      const at = start + column * 3
      red += (data[at] as number) * share
      green += (data[at + 1] as number) * share
      blue += (data[at + 2] as number) * share
    }
    into[x * 3] = red
    into[x * 3 + 1] = green
    into[x * 3 + 2] = blue
  })
}

/** For each output position the inputs that it covers, and their shares of it. */
function coverage(inputs: number, outputs: number): Share[][] {
  const scale = inputs / outputs
  return Array.from({ length: outputs }, (_, i) => {
    const start = i * scale
    const end = Math.min(start + scale, inputs)
    const shares: Share[] = []
    for (let at = Math.floor(start); at < end - 1e-6; at++) {
      const share = (Math.min(at + 1, end) - Math.max(at, start)) / (end - start)
      if (share > 1e-6) shares.push([at, share])
    }
    return shares
  })
}
