import { extname } from 'node:path'
import sharp from 'sharp'
import { decode } from '../data/decode'
import type { Detections } from '../evaluation/decode'

export type DrawingOptions = {
  readonly names: readonly string[]
  /** Pixels; 0 for a width that fits the image. */
  readonly lineWidth: number
  readonly hidesLabels: boolean
  readonly hidesConfidence: boolean
}

/** Far apart, and each readable below white text. */
const colors = [
  '#d62f2f',
  '#2563c9',
  '#1f8a4c',
  '#b35c00',
  '#8a3fb0',
  '#0f7f8f',
  '#a0376e',
  '#5a6b1c',
]

/** What sharp writes, by the ending of a file. */
const formats: Readonly<Record<string, 'jpeg' | 'png' | 'webp' | 'tiff'>> = {
  ...{ '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png', '.webp': 'webp' },
  ...{ '.tif': 'tiff', '.tiff': 'tiff' },
}

/**
 * A copy of an image with boxes and class names drawn on it, as the content of a file.
 *
 * @param detections in pixels of the image
 * @param name of the file that it is for, whose ending says in which format
 */
export async function drawDetections(
  file: string,
  [height, width]: readonly [number, number],
  detections: Detections,
  name: string,
  options: DrawingOptions,
): Promise<Buffer> {
  const overlay = Buffer.from(drawing(width, height, detections, options))
  const { data } = await decode(file)
  const drawn = sharp(data, { raw: { width, height, channels: 3 } }).composite([
    { input: overlay, top: 0, left: 0 },
  ])
  // What sharp has no writer for becomes a PNG under the same name, which viewers open all the same.
  return drawn.toFormat(formats[extname(name).toLowerCase()] ?? 'png').toBuffer()
}

function drawing(
  width: number,
  height: number,
  detections: Detections,
  { names, lineWidth, hidesLabels, hidesConfidence }: DrawingOptions,
): string {
  const line = lineWidth > 0 ? lineWidth : Math.max(Math.round(((width + height) / 2) * 0.003), 2)
  const font = Math.max(line * 5, 10)
  const parts: string[] = []
  // The least confident first, so that the most confident lie on top.
  for (let at = detections.length - 6; at >= 0; at -= 6) {
    const [left = 0, top = 0, right = 0, bottom = 0, confidence = 0, cls = 0] = detections.subarray(
      at,
      at + 6,
    )
    const color = colors[cls % colors.length] ?? ''
    parts.push(
      `<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" fill="none" stroke="${color}" stroke-width="${line}"/>`,
    )
    if (hidesLabels) continue
    const name = names[cls] ?? `${cls}`
    const text = hidesConfidence ? name : `${name} ${confidence.toFixed(2)}`
    const tall = font * 1.3
    const above = top >= tall
    const y = above ? top - tall : top
    const wide = text.length * font * 0.62 + 4
    parts.push(
      `<rect x="${left}" y="${y}" width="${wide}" height="${tall}" fill="${color}"/>`,
      `<text x="${left + 2}" y="${y + font}" font-family="sans-serif" font-size="${font}" fill="#fff">${escaped(text)}</text>`,
    )
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join('')}</svg>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
