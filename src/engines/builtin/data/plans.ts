import type { BatchPlan } from './messages'
import { Random } from './random'
import type { ImageSet } from './scan'

/** All images in batches, each batch a rectangle that fits its images, sorted by shape (`rect=True`). */
export function rectangularPlans(
  { sizes }: Pick<ImageSet, 'sizes'>,
  batchSize: number,
  imageSize: number,
  stride: number,
  /** Space around, in strides: 0.5 for evaluation, 0 for training. */
  pad: number,
): BatchPlan[] {
  const aspects = sizes.map(([width, height]) => height / width)
  const order = sizes.map((_, i) => i)
  order.sort((a, b) => (aspects[a] as number) - (aspects[b] as number) || a - b)
  return batchesOf(order, batchSize).map((indices) => {
    const shapes = indices.map((i) => aspects[i] as number)
    const lowest = Math.min(...shapes)
    const highest = Math.max(...shapes)
    const [height, width] = highest < 1 ? [highest, 1] : lowest > 1 ? [1, 1 / lowest] : [1, 1]
    const side = (share: number): number => Math.ceil((share * imageSize) / stride + pad) * stride
    return { indices, rectangle: { width: side(width), height: side(height) } }
  })
}

export type TrainingPlanOptions = {
  /** Images to train with, in order; a repeated one is trained with more often. */
  readonly indices: readonly number[]
  readonly batchSize: number
  readonly shuffles: boolean
  readonly seed: number
  readonly epoch: number
}

/** The batches of one epoch. */
export function trainingPlans(options: TrainingPlanOptions): BatchPlan[] {
  const { indices, batchSize, shuffles, seed, epoch } = options
  const random = new Random(seed, epoch)
  const order = shuffles ? random.shuffle([...indices]) : indices
  return batchesOf(order, batchSize).map((batch) => ({ indices: batch }))
}

export type MultiScaleOptions = {
  readonly imageSize: number
  readonly stride: number
  readonly seed: number
  readonly epoch: number
}

/** Multi-scale training: the longer side of each batch at 50 to 150 % of the image size, in whole strides (train.py). */
export function multiScale(
  plans: readonly BatchPlan[],
  { imageSize, stride, seed, epoch }: MultiScaleOptions,
): BatchPlan[] {
  const random = new Random(seed, epoch, 5)
  return plans.map((plan) => {
    const drawn = Math.floor(random.uniform(imageSize * 0.5, imageSize * 1.5 + stride))
    const size = Math.floor(drawn / stride) * stride
    const { width, height } = plan.rectangle ?? { width: imageSize, height: imageSize }
    const factor = size / Math.max(width, height)
    const side = (length: number): number => Math.ceil((length * factor) / stride) * stride
    return { ...plan, scaled: { width: side(width), height: side(height) } }
  })
}

function batchesOf(order: readonly number[], batchSize: number): number[][] {
  const batches: number[][] = []
  for (let at = 0; at < order.length; at += batchSize) batches.push(order.slice(at, at + batchSize))
  return batches
}
