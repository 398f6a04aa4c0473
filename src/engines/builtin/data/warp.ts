import { roundHalfEven } from '../rounding'
import { grey, type Image } from './image'

/** Rows of a 3 × 3 matrix. */
export type Matrix = readonly [
  readonly [number, number, number],
  readonly [number, number, number],
  readonly [number, number, number],
]

export const identityMatrix: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]

export function multiply(a: Matrix, b: Matrix): Matrix {
  const cell = (i: 0 | 1 | 2, j: 0 | 1 | 2): number =>
    a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j]
  return [
    [cell(0, 0), cell(0, 1), cell(0, 2)],
    [cell(1, 0), cell(1, 1), cell(1, 2)],
    [cell(2, 0), cell(2, 1), cell(2, 2)],
  ]
}

function inverse(m: Matrix): Matrix {
  const [[a, b, c], [d, e, f], [g, h, i]] = m
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  const s = determinant === 0 ? 0 : 1 / determinant
  return [
    [(e * i - f * h) * s, (c * h - b * i) * s, (b * f - c * e) * s],
    [(f * g - d * i) * s, (a * i - c * g) * s, (c * d - a * f) * s],
    [(d * h - e * g) * s, (b * g - a * h) * s, (a * e - b * d) * s],
  ]
}

/**
 * Moves an image by a matrix from its pixels to those of the result, bilinear in steps of 1/32 pixel as OpenCV's
 * `warpAffine` and `warpPerspective` do (modules/imgproc/src/imgwarp.cpp). What lies outside is grey.
 */
export function warp(image: Image, matrix: Matrix, width: number, height: number): Image {
  const back = inverse(matrix)
  const perspective = matrix[2][0] !== 0 || matrix[2][1] !== 0
  const result = { width, height, data: new Uint8Array(width * height * 3) }
  const [[a, b, c], [d, e, f], [g, h, i]] = back
  for (let y = 0; y < height; y++) {
    const startX = roundHalfEven((b * y + c) * 1024) + 16
    const startY = roundHalfEven((e * y + f) * 1024) + 16
    for (let x = 0; x < width; x++) {
      let column: number
      let row: number
      if (perspective) {
        const w = g * x + h * y + i
        const scale = w === 0 ? 0 : 32 / w
        column = roundHalfEven((a * x + b * y + c) * scale)
        row = roundHalfEven((d * x + e * y + f) * scale)
      } else {
        column = (startX + roundHalfEven(a * x * 1024)) >> 5
        row = (startY + roundHalfEven(d * x * 1024)) >> 5
      }
      sample(image, column, row, result.data, (y * width + x) * 3)
    }
  }
  return result
}

/** The pixel at `column`, `row`, both in 1/32, blended from its four neighbours. */
function sample(
  { width, height, data }: Image,
  column: number,
  row: number,
  into: Uint8Array,
  at: number,
): void {
  const x = column >> 5
  const y = row >> 5
  if (x < -1 || y < -1 || x >= width || y >= height) {
    into.fill(grey, at, at + 3)
    return
  }
  const right = column & 31
  const lower = row & 31
  const w00 = (32 - right) * (32 - lower)
  const w01 = right * (32 - lower)
  const w10 = (32 - right) * lower
  const w11 = right * lower
  const inside = x >= 0 && y >= 0 && x < width - 1 && y < height - 1
  const start = (y * width + x) * 3
  const below = start + width * 3
  for (let channel = 0; channel < 3; channel++) {
    const p = start + channel
    const q = below + channel
    let sum: number
    if (inside) {
      sum =
        w00 * (data[p] as number) +
        w01 * (data[p + 3] as number) +
        w10 * (data[q] as number) +
        w11 * (data[q + 3] as number)
    } else {
      const left = x >= 0
      const far = x < width - 1
      const top = y >= 0
      const bottom = y < height - 1
      sum =
        w00 * (left && top ? (data[p] as number) : grey) +
        w01 * (far && top ? (data[p + 3] as number) : grey) +
        w10 * (left && bottom ? (data[q] as number) : grey) +
        w11 * (far && bottom ? (data[q + 3] as number) : grey)
    }
    into[at + channel] = (sum + 512) >> 10
  }
}
