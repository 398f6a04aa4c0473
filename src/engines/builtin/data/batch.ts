import type { Batch, BatchSource } from '../contract'
import { decode, fitLonger } from './decode'
import type { BatchPlan, CachedImage, DataStart } from './messages'
import type { LabelledImage } from './mosaic'
import { Random } from './random'
import { resizeLinear } from './resize'
import { evaluationSample, type Sample, trainingSample } from './sample'

/** An image that can not be read any more. */
export class UnreadableImage extends Error {
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** Makes batches from one set of images, and remembers those that were decoded. */
export class BatchMaker {
  readonly #start: DataStart
  readonly #everything: readonly number[]
  readonly #cache = new Map<number, CachedImage>()
  /** Told of each newly decoded image; undefined once the cache is full. */
  onDecoded: ((image: CachedImage) => void) | undefined

  constructor(start: DataStart) {
    this.#start = start
    this.#everything = start.set.files.map((_, i) => i)
  }

  remember(image: CachedImage): void {
    this.#cache.set(image.index, image)
  }

  /** The same plan and epoch give the same batch, whichever worker makes it. */
  async make(epoch: number, plan: BatchPlan, pool: readonly number[] | undefined): Promise<Batch> {
    const { imageSize } = this.#start
    const { width, height } = plan.rectangle ?? { width: imageSize, height: imageSize }
    const samples = await Promise.all(
      plan.indices.map((index, position) => this.#sample(epoch, plan, index, position, pool)),
    )
    const scaled = plan.scaled ?? { width, height }
    const bytes = scaled.width * scaled.height * 3
    const images = new Uint8Array(new SharedArrayBuffer(bytes * samples.length))
    const targets: number[] = []
    samples.forEach(({ image, boxes }, i) => {
      images.set(resizeLinear(image, scaled.width, scaled.height).data, i * bytes)
      for (let at = 0; at < boxes.length; at += 5) targets.push(i, ...boxes.subarray(at, at + 5))
    })
    return {
      images,
      count: samples.length,
      height: scaled.height,
      width: scaled.width,
      targets: Float32Array.from(targets),
      sources: samples.map(({ fit }, i) => this.#source(plan.indices[i] ?? 0, fit)),
    }
  }

  async #sample(
    epoch: number,
    plan: BatchPlan,
    index: number,
    position: number,
    pool: readonly number[] | undefined,
  ): Promise<Sample> {
    const { augments, imageSize, release, hyp, seed, set } = this.#start
    const load = (i: number): Promise<LabelledImage> => this.#load(i)
    if (!augments) {
      const size = plan.rectangle ?? { width: imageSize, height: imageSize }
      const [originalWidth = 0, originalHeight = 0] = set.sizes[index] ?? []
      return evaluationSample(index, load, size, [originalHeight, originalWidth], release)
    }
    const random = new Random(seed, epoch, index, position)
    const options = {
      ...{ release, imageSize, hyp },
      count: set.files.length,
      indices: pool ?? this.#everything,
    }
    return trainingSample(index, load, plan.rectangle, options, random)
  }

  async #load(index: number): Promise<LabelledImage> {
    const { set, imageSize, augments } = this.#start
    const labels = set.labels[index] ?? { boxes: new Float32Array(), segments: [] }
    const cached = this.#cache.get(index)
    if (cached) return { image: cached, labels }
    const file = set.files[index] ?? ''
    const decoded = await decode(file).catch((error: unknown) => {
      throw new UnreadableImage(file, error)
    })
    const image = fitLonger(decoded, imageSize, augments)
    if (this.onDecoded) {
      const data = new Uint8Array(new SharedArrayBuffer(image.data.length))
      data.set(image.data)
      const entry = { index, width: image.width, height: image.height, data }
      this.remember(entry)
      this.onDecoded(entry)
    }
    return { image, labels }
  }

  #source(index: number, fit: BatchSource['fit']): BatchSource {
    const { set } = this.#start
    const [width = 0, height = 0] = set.sizes[index] ?? []
    return { path: set.files[index] ?? '', index, original: [height, width], fit }
  }
}
