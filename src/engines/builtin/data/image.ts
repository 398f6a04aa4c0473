/** RGB, row by row. */
export type Image = {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** What YOLOv5 fills the space around images with. */
export const grey = 114

export function filled(width: number, height: number, value = grey): Image {
  return { width, height, data: new Uint8Array(width * height * 3).fill(value) }
}

/** Copies a part of one image into another. All in pixels; the parts must lie inside. */
export function paste(
  from: Image,
  fromX: number,
  fromY: number,
  width: number,
  height: number,
  to: Image,
  toX: number,
  toY: number,
): void {
  for (let y = 0; y < height; y++) {
    const start = ((fromY + y) * from.width + fromX) * 3
    to.data.set(from.data.subarray(start, start + width * 3), ((toY + y) * to.width + toX) * 3)
  }
}

export function flipHorizontally({ width, height, data }: Image): void {
  for (let y = 0; y < height; y++) {
    let left = y * width * 3
    let right = left + (width - 1) * 3
    for (; left < right; left += 3, right -= 3) {
      for (let c = 0; c < 3; c++) {
        const value = data[left + c] as number
        data[left + c] = data[right + c] as number
        data[right + c] = value
      }
    }
  }
}

export function flipVertically({ width, height, data }: Image): void {
  const row = width * 3
  for (let y = 0; y < height >> 1; y++) {
    const top = data.slice(y * row, (y + 1) * row)
    const bottom = (height - 1 - y) * row
    data.copyWithin(y * row, bottom, bottom + row)
    data.set(top, bottom)
  }
}
