import type { Image } from './image'

/** Gains of hue, saturation and value; 1 changes nothing. */
export type ColorGains = readonly [hue: number, saturation: number, value: number]

const fraction = 4096
const hueShares = Int32Array.from({ length: 256 }, (_, i) =>
  i === 0 ? 0 : Math.round((180 * fraction) / (6 * i)),
)
const saturationShares = Int32Array.from({ length: 256 }, (_, i) =>
  i === 0 ? 0 : Math.round((255 * fraction) / i),
)

/**
 * Changes hue, saturation and value in place (`augment_hsv`, utils/augmentations.py), on OpenCV's 8-bit HSV: hue in
 * half degrees, the others in 0..255 (modules/imgproc/src/color_hsv).
 */
export function changeColors(
  { data }: Image,
  [hueGain, saturationGain, valueGain]: ColorGains,
): void {
  const hues = table((x) => (x * hueGain) % 180)
  const saturations = table((x) => Math.min(x * saturationGain, 255))
  const values = table((x) => Math.min(x * valueGain, 255))
  for (let at = 0; at < data.length; at += 3) {
    const r = data[at] as number
    const g = data[at + 1] as number
    const b = data[at + 2] as number
    const v = Math.max(r, g, b)
    const spread = v - Math.min(r, g, b)
    const s = (spread * (saturationShares[v] as number) + 2048) >> 12
    const sector = v === r ? g - b : v === g ? b - r + 2 * spread : r - g + 4 * spread
    const h = (sector * (hueShares[spread] as number) + 2048) >> 12
    write(
      data,
      at,
      hues[h < 0 ? h + 180 : h] as number,
      saturations[s] as number,
      values[v] as number,
    )
  }
}

/** Back to RGB, cut off to whole numbers as OpenCV does with SIMD. */
function write(data: Uint8Array, at: number, h: number, s: number, v: number): void {
  if (s === 0) {
    data[at] = v
    data[at + 1] = v
    data[at + 2] = v
    return
  }
  const hue = (h * 6) / 180
  const sector = Math.floor(hue)
  const part = hue - sector
  const share = s / 255
  const low = Math.trunc(v * (1 - share))
  const falling = Math.trunc(v * (1 - share * part))
  const rising = Math.trunc(v * (1 - share * (1 - part)))
  switch (sector % 6) {
    case 0:
      put(data, at, v, rising, low)
      break
    case 1:
      put(data, at, falling, v, low)
      break
    case 2:
      put(data, at, low, v, rising)
      break
    case 3:
      put(data, at, low, falling, v)
      break
    case 4:
      put(data, at, rising, low, v)
      break
    default:
      put(data, at, v, low, falling)
      break
  }
}

function put(data: Uint8Array, at: number, r: number, g: number, b: number): void {
  data[at] = r
  data[at + 1] = g
  data[at + 2] = b
}

function table(of: (x: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, x) => Math.trunc(of(x)))
}
