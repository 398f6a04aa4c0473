import { filled, type Image } from '../data/image'
import type { Random } from '../data/random'

export const sampleNames = ['circle', 'square', 'triangle'] as const

/** Mean colours of the classes; each object's is varied around it. */
const colors = [
  [220, 90, 60],
  [80, 200, 70],
  [60, 120, 220],
] as const

export type DrawnImage = {
  readonly image: Image
  /** Rows of 5: class, x, y, w, h as shares of the image. */
  readonly labels: readonly (readonly [number, number, number, number, number])[]
}

/** One to four shapes that do not overlap, on a background of two colours and a few lines. */
export function drawShapes(random: Random, size: number): DrawnImage {
  const image = filled(size, size, 0)
  background(image, random)
  const placed: { readonly x: number; readonly y: number; readonly r: number }[] = []
  const labels: DrawnImage['labels'][number][] = []
  const wanted = 1 + random.below(4)
  for (let attempt = 0; attempt < 80 && placed.length < wanted; attempt++) {
    const r = Math.round(random.uniform(size / 14, size / 5.5))
    const x = Math.round(random.uniform(r + 1, size - r - 2))
    const y = Math.round(random.uniform(r + 1, size - r - 2))
    const free = placed.every(
      (one) => Math.max(Math.abs(x - one.x), Math.abs(y - one.y)) > r + one.r + 2,
    )
    if (!free) continue
    placed.push({ x, y, r })
    const cls = random.below(sampleNames.length)
    paint(image, inside(cls, x, y, r), shade(cls, random), { x, y, r })
    labels.push([cls, (x + 0.5) / size, (y + 0.5) / size, (2 * r + 1) / size, (2 * r + 1) / size])
  }
  return { image, labels }
}

type Color = readonly [number, number, number]

function background(image: Image, random: Random): void {
  const color = (): Color => [random.below(110), random.below(110), random.below(110)]
  const [from, to] = [color(), color()]
  const angle = random.uniform(0, 2 * Math.PI)
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)]
  const { width, height, data } = image
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const share = ((x / width - 0.5) * dx + (y / height - 0.5) * dy) / Math.SQRT2 + 0.5
      for (let c = 0; c < 3; c++) {
        data[(y * width + x) * 3 + c] = (from[c] ?? 0) + ((to[c] ?? 0) - (from[c] ?? 0)) * share
      }
    }
  }
  for (let line = 0; line < 4; line++) {
    const tint: Color = [random.below(200), random.below(200), random.below(200)]
    const [x, y] = [random.below(width), random.below(height)]
    const direction = random.uniform(0, Math.PI)
    for (let step = -width; step < width; step++) {
      const column = Math.round(x + step * Math.cos(direction))
      const row = Math.round(y + step * Math.sin(direction))
      if (column < 0 || row < 0 || column >= width || row >= height) continue
      data.set(tint, (row * width + column) * 3)
    }
  }
}

/** Whether a pixel belongs to a shape of class `cls` in the square of half side `r` around x, y. */
function inside(cls: number, x: number, y: number, r: number): (px: number, py: number) => boolean {
  switch (sampleNames[cls]) {
    case 'circle':
      return (px, py) => (px - x) ** 2 + (py - y) ** 2 <= (r + 0.3) ** 2
    case 'square':
      return () => true
    default:
      // The tip is above, the base below.
      return (px, py) => Math.abs(px - x) <= (py - (y - r)) / 2 + 0.3
  }
}

function shade(cls: number, random: Random): Color {
  const vary = (value: number): number =>
    Math.min(Math.max(Math.round(value + random.normal() * 25), 0), 255)
  const [r, g, b] = colors[cls] ?? colors[0]
  return [vary(r), vary(g), vary(b)]
}

function paint(
  { width, data }: Image,
  belongs: (px: number, py: number) => boolean,
  color: Color,
  { x, y, r }: { readonly x: number; readonly y: number; readonly r: number },
): void {
  for (let py = y - r; py <= y + r; py++) {
    for (let px = x - r; px <= x + r; px++) {
      if (belongs(px, py)) data.set(color, (py * width + px) * 3)
    }
  }
}
