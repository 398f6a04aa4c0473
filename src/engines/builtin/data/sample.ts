import type { BatchSource, BuiltinRelease } from '../contract'
import type { Hyp } from '../training/hyp'
import { joinLabels, type PixelLabels, toPixels, toShares } from './boxes'
import { changeColors } from './color'
import { copyPaste } from './copyPaste'
import { flipHorizontally, flipVertically, type Image } from './image'
import { letterbox } from './letterbox'
import { type LabelledImage, mosaic } from './mosaic'
import { randomPerspective } from './perspective'
import type { Random } from './random'

/** Reads image `index` of the set, its longer side at the training size. The pixels are shared: copy before change. */
export type Loader = (index: number) => Promise<LabelledImage>

export type TrainingSampleOptions = {
  readonly release: BuiltinRelease
  readonly imageSize: number
  readonly hyp: Hyp
  /** Images in the set. */
  readonly count: number
  /** Indices to draw a mosaic's other images from, repeated where image weights say so. */
  readonly indices: readonly number[]
}

/** In pixels. */
export type Size = { readonly width: number; readonly height: number }

export type Sample = {
  readonly image: Image
  /** Rows of 5: class, x, y, w, h as shares. */
  readonly boxes: Float32Array
  readonly fit: BatchSource['fit']
}

/**
 * One augmented image of training (`__getitem__` of utils/dataloaders.py), `imageSize` pixels wide and high, or of the
 * size `rectangle`: in rectangular training there are no mosaics. The albumentations package, which YOLOv5 uses from
 * v6.0 on where a person installed it, has no counterpart here.
 */
export async function trainingSample(
  index: number,
  load: Loader,
  rectangle: Size | undefined,
  options: TrainingSampleOptions,
  random: Random,
): Promise<Sample> {
  const { hyp, imageSize, release, count } = options
  let made: { readonly image: Image; readonly labels: PixelLabels }
  if (!rectangle && random.unit() < hyp.mosaic) {
    made = await mosaicSample(index, load, options, random)
    if (random.unit() < hyp.mixup) {
      made = mixed(
        made,
        await mosaicSample(random.below(count), load, options, random),
        release,
        random,
      )
    }
  } else {
    const { image, labels } = await load(index)
    const to = rectangle ?? { width: imageSize, height: imageSize }
    const boxed = letterbox(image, to.width, to.height, true)
    // Outside mosaics YOLOv5 moves boxes only, also those that have outlines.
    const pixels = toPixels(
      { ...labels, segments: [] },
      image.width * boxed.ratio,
      image.height * boxed.ratio,
      ...boxed.pad,
    )
    made = moved({ image: boxed.image, labels: pixels }, to, options, random)
  }
  return finished(made, options, random)
}

/** An image to be evaluated, letterboxed into the batch's rectangle; its boxes for comparison. */
export async function evaluationSample(
  index: number,
  load: Loader,
  { height, width }: Size,
  original: readonly [number, number],
  release: BuiltinRelease,
): Promise<Sample> {
  const { image, labels } = await load(index)
  const boxed = letterbox(image, width, height, false)
  const pixels = toPixels(
    labels,
    image.width * boxed.ratio,
    image.height * boxed.ratio,
    ...boxed.pad,
  )
  const [originalHeight, originalWidth] = original
  return {
    image: boxed.image,
    boxes: toShares(pixels, width, height, release !== 'v5.0'),
    fit: {
      ratio: [image.height / originalHeight, image.width / originalWidth],
      pad: boxed.pad,
    },
  }
}

async function mosaicSample(
  index: number,
  load: Loader,
  options: TrainingSampleOptions,
  random: Random,
): Promise<{ readonly image: Image; readonly labels: PixelLabels }> {
  const { indices, release, imageSize, hyp } = options
  const others = Array.from({ length: 3 }, () => indices[random.below(indices.length)] ?? 0)
  const picks = [index, ...others]
  // In v5.0 the image itself is always the upper left one.
  if (release !== 'v5.0') random.shuffle(picks)
  const tiles = await Promise.all(picks.map(load))
  const { image, labels } = mosaic(tiles, imageSize, random)
  const pasted = release === 'v5.0' ? labels : copyPaste(image, labels, hyp.copy_paste, random)
  return moved({ image, labels: pasted }, { width: imageSize, height: imageSize }, options, random)
}

function moved(
  { image, labels }: { readonly image: Image; readonly labels: PixelLabels },
  to: Size,
  { hyp, release }: TrainingSampleOptions,
  random: Random,
): { readonly image: Image; readonly labels: PixelLabels } {
  const aspectLimit = release === 'v5.0' || release === 'v6.0' ? 20 : 100
  const closesOutlines = release === 'v6.2' || release === 'v7.0'
  return randomPerspective(image, labels, to, { ...hyp, aspectLimit, closesOutlines }, random)
}

/** Blends two images (Zhang et al., arXiv:1710.09412). */
function mixed(
  a: { readonly image: Image; readonly labels: PixelLabels },
  b: { readonly image: Image; readonly labels: PixelLabels },
  release: BuiltinRelease,
  random: Random,
): { readonly image: Image; readonly labels: PixelLabels } {
  const share = random.beta(release === 'v5.0' ? 8 : 32)
  const data = a.image.data.map(
    (value, i) => value * share + (b.image.data[i] as number) * (1 - share),
  )
  return { image: { ...a.image, data }, labels: joinLabels([a.labels, b.labels]) }
}

function finished(
  { image, labels }: { readonly image: Image; readonly labels: PixelLabels },
  { hyp, release }: TrainingSampleOptions,
  random: Random,
): Sample {
  // What was not moved may still be the shared image of the cache.
  const own = { ...image, data: image.data.slice() }
  const boxes = toShares(labels, own.width, own.height, release !== 'v5.0')
  const gain = (range: number): number => random.uniform(-1, 1) * range + 1
  const gains = [gain(hyp.hsv_h), gain(hyp.hsv_s), gain(hyp.hsv_v)] as const
  // v5.0 goes through 8-bit HSV and back even where nothing changes.
  if (release === 'v5.0' || hyp.hsv_h || hyp.hsv_s || hyp.hsv_v) changeColors(own, gains)
  if (random.unit() < hyp.flipud) {
    flipVertically(own)
    mirror(boxes, 2)
  }
  if (random.unit() < hyp.fliplr) {
    flipHorizontally(own)
    mirror(boxes, 1)
  }
  return { image: own, boxes, fit: null }
}

function mirror(boxes: Float32Array, column: 1 | 2): void {
  for (let at = column; at < boxes.length; at += 5) boxes[at] = 1 - (boxes[at] as number)
}
