import { describe, expect, it } from 'vitest'
import { builtinReleases } from '../contract'
import { defaultHyp } from '../training/hyp'
import { filled, type Image } from './image'
import type { LabelledImage } from './mosaic'
import { Random } from './random'
import { evaluationSample, type Sample, trainingSample } from './sample'

const size = 128

/** A grey image with one bright rectangle, and its label, as an outline too. */
function scene(index: number): LabelledImage {
  const random = new Random(index, 99)
  const [width, height] = [96 + random.below(32), 96 + random.below(32)]
  const image = filled(width, height, 60)
  const [w, h] = [24 + random.below(30), 24 + random.below(30)]
  const [left, top] = [random.below(width - w), random.below(height - h)]
  for (let y = top; y < top + h; y++)
    image.data.fill(255, (y * width + left) * 3, (y * width + left + w) * 3)
  const [x0, x1, y0, y1] = [left / width, (left + w) / width, top / height, (top + h) / height]
  return {
    image,
    labels: {
      boxes: Float32Array.of(0, (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0),
      // Back to its first point, which releases up to v6.1 do not do of themselves.
      segments: [Float32Array.of(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0)],
    },
  }
}

const load = (index: number): Promise<LabelledImage> => Promise.resolve(scene(index))

/** Share of the bright pixels that lie in a box, grown by a pixel and a half. */
function covered({ data, width, height }: Image, boxes: Float32Array): number {
  let bright = 0
  let inside = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[(y * width + x) * 3] as number) < 215) continue
      bright++
      for (let at = 0; at < boxes.length; at += 5) {
        const [, cx = 0, cy = 0, w = 0, h = 0] = boxes.subarray(at, at + 5)
        const near =
          Math.abs(x + 0.5 - cx * width) <= (w * width) / 2 + 1.5 &&
          Math.abs(y + 0.5 - cy * height) <= (h * height) / 2 + 1.5
        if (near) {
          inside++
          break
        }
      }
    }
  }
  return bright === 0 ? 1 : inside / bright
}

/** Whether each side of each box touches bright pixels: the box is no larger than its object. */
function tight({ data, width, height }: Image, boxes: Float32Array): boolean {
  const bright = (x: number, y: number): boolean =>
    (data[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3] ?? 0) > 160
  for (let at = 0; at < boxes.length; at += 5) {
    const [, cx = 0, cy = 0, w = 0, h = 0] = boxes.subarray(at, at + 5)
    const [x, y] = [Math.floor(cx * width), Math.floor(cy * height)]
    const left = Math.floor((cx - w / 2) * width) + 2
    const top = Math.floor((cy - h / 2) * height) + 2
    if (!bright(x, y) || !bright(left, y) || !bright(x, top)) return false
  }
  return true
}

describe.each(builtinReleases)('%s', (release) => {
  const plain = { ...defaultHyp(release), hsv_h: 0, hsv_s: 0, hsv_v: 0 }
  const make = (seed: number, hyp: typeof plain): Promise<Sample> =>
    trainingSample(
      seed % 8,
      load,
      undefined,
      { release, imageSize: size, hyp, count: 8, indices: [0, 1, 2, 3, 4, 5, 6, 7] },
      new Random(seed),
    )

  it.each([
    ['mosaic', plain],
    ['letterbox', { ...plain, mosaic: 0 }],
    ['flips', { ...plain, mosaic: 0, fliplr: 1, flipud: 1 }],
  ])('boxes lie where their objects are: %s', async (_name, hyp) => {
    let boxes = 0
    for (let seed = 0; seed < 12; seed++) {
      const sample = await make(seed, hyp)
      expect([sample.image.width, sample.image.height]).toEqual([size, size])
      boxes += sample.boxes.length / 5
      expect(tight(sample.image, sample.boxes), `seed ${seed}`).toBe(true)
      // What is cut to a sliver has no box any more, so a little may lie outside.
      expect(covered(sample.image, sample.boxes), `seed ${seed}`).toBeGreaterThan(0.85)
    }
    expect(boxes).toBeGreaterThan(8)
  })

  it('boxes hold what was turned, sheared and seen in perspective', async () => {
    const hyp = { ...plain, degrees: 30, shear: 10, perspective: 0.0005 }
    for (let seed = 0; seed < 12; seed++) {
      const sample = await make(seed, hyp)
      expect(covered(sample.image, sample.boxes), `seed ${seed}`).toBeGreaterThan(0.85)
    }
  })

  it('the same seed gives the same sample, another seed another', async () => {
    const hyp = { ...defaultHyp(release), mixup: 0.5 }
    const [a, b, c] = await Promise.all([make(1, hyp), make(1, hyp), make(9, hyp)])
    expect(Buffer.from(a.image.data).equals(b.image.data)).toBe(true)
    expect(Buffer.from(a.image.data).equals(c.image.data)).toBe(false)
    expect(a.boxes).toEqual(b.boxes)
  })

  it('leaves the images that it was handed as they were', async () => {
    const before = scene(3)
    const shared = scene(3)
    await trainingSample(
      3,
      () => Promise.resolve(shared),
      undefined,
      {
        ...{ release, imageSize: 128, count: 1, indices: [3] },
        hyp: { ...defaultHyp(release), mosaic: 0, translate: 0, scale: 0, fliplr: 1 },
      },
      new Random(2),
    )
    expect(Buffer.from(shared.image.data).equals(before.image.data)).toBe(true)
  })
})

it('copies outlined objects, mirrored, with their boxes', async () => {
  const hyp = {
    ...defaultHyp('v7.0'),
    hsv_h: 0,
    hsv_s: 0,
    hsv_v: 0,
    copy_paste: 1,
    scale: 0,
    translate: 0,
  }
  const options = { release: 'v7.0', imageSize: size, count: 8, indices: [0, 1, 2, 3] } as const
  const counts = await Promise.all(
    [0, 1].map(async (share) => {
      let boxes = 0
      for (let seed = 0; seed < 10; seed++) {
        const random = new Random(seed)
        const one = { ...options, hyp: { ...hyp, copy_paste: share } }
        const sample = await trainingSample(0, load, undefined, one, random)
        expect(covered(sample.image, sample.boxes)).toBeGreaterThan(0.8)
        boxes += sample.boxes.length / 5
      }
      return boxes
    }),
  )
  expect(counts[1]).toBeGreaterThan(counts[0] ?? 0)
})

it('letterboxes an image to be evaluated, and tells how to get back', async () => {
  const { image } = scene(2)
  const original = [image.height * 2, image.width * 2] as const
  const rectangle = { width: 160, height: 128 }
  const sample = await evaluationSample(2, load, rectangle, original, 'v7.0')
  expect([sample.image.width, sample.image.height]).toEqual([160, 128])
  expect(tight(sample.image, sample.boxes)).toBe(true)
  expect(sample.fit?.ratio).toEqual([0.5, 0.5])
  expect(sample.fit?.pad).toEqual([(160 - image.width) / 2, (128 - image.height) / 2])
})
