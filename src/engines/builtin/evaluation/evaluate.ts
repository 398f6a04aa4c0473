import {
  type DetectionMetrics,
  detectionMetrics,
  type MatchedDetections,
} from '../../../core/metrics/averagePrecision'
import type { Batch, BatchSource, BuiltinRelease, Learner, Losses, LossOptions } from '../contract'
import { detectionLoss } from '../loss/loss'
import { type Detections, decodeImage } from './decode'
import { matchDetections } from './matching'
import { suppress } from './suppression'

export type EvaluationOptions = {
  readonly release: BuiltinRelease
  /** Least confidence; 0.001 in val.py. */
  readonly confidence: number
  /** IoU of the suppression; 0.6 in val.py. */
  readonly iou: number
  readonly maxDetections: number
  readonly singleClass: boolean
  /** With it the losses are computed too, as training does for its val losses. */
  readonly loss?: LossOptions
}

export type EvaluationWatch = {
  readonly stop?: AbortSignal
  /** After each image: what was found in it, in the pixels of the file. */
  onImage?(source: BatchSource, detections: Detections): void
  onBatch?(batch: number): void
}

export type Evaluation = DetectionMetrics & {
  readonly images: number
  /** Means over the batches; undefined where no loss was asked for. */
  readonly losses: Losses | undefined
}

/** Runs the learner's loaded weights over batches and scores what it finds (val.py; test.py of v5.0). */
export async function evaluate(
  learner: Learner,
  batches: AsyncIterable<Batch>,
  options: EvaluationOptions,
  watch: EvaluationWatch = {},
): Promise<Evaluation> {
  const matched = new Matches()
  const sums = { box: 0, obj: 0, cls: 0 }
  let count = 0
  let images = 0
  for await (const batch of batches) {
    watch.stop?.throwIfAborted()
    const outputs = await learner.infer(batch)
    if (options.loss) {
      const { losses } = detectionLoss(learner.head, outputs, batch.targets, options.loss)
      sums.box += losses.box
      sums.obj += losses.obj
      sums.cls += losses.cls
    }
    for (let image = 0; image < batch.count; image++) {
      const source = batch.sources[image] as BatchSource
      const found = detectionsOf(learner, outputs, image, options)
      const detections = toFile(found, source, batch)
      const labels = labelsInFile(batch, image, source)
      matched.add(detections, matchDetections(options.release, detections, labels), labels)
      watch.onImage?.(source, detections)
    }
    images += batch.count
    watch.onBatch?.(count)
    count++
  }
  const metrics = detectionMetrics(matched.all(), {
    endsCurveAtOne: options.release !== 'v5.0',
    smoothsF1: options.release === 'v6.2' || options.release === 'v7.0',
  })
  const losses = options.loss && {
    box: sums.box / count,
    obj: sums.obj / count,
    cls: sums.cls / count,
  }
  return { ...metrics, images, losses }
}

function detectionsOf(
  { head }: Learner,
  outputs: Awaited<ReturnType<Learner['infer']>>,
  image: number,
  { release, confidence, iou, maxDetections, singleClass }: EvaluationOptions,
): Detections {
  const candidates = decodeImage(head, outputs, image, { confidence, multiLabel: true })
  const found = suppress(candidates, { release, iou, maxDetections, agnostic: singleClass })
  if (singleClass) for (let at = 5; at < found.length; at += 6) found[at] = 0
  return found
}

/** From the pixels of the network's input to those of the image file, clipped to it (`scale_coords`). */
export function toFile(
  detections: Detections,
  { original, fit }: BatchSource,
  input: Pick<Batch, 'height' | 'width'>,
): Detections {
  return scaled(detections, 6, 0, original, fit ?? fitOf(original, input))
}

/** Labels of an image: rows of 5, class and left, upper, right, lower in the file's pixels. */
function labelsInFile(
  { targets, width, height }: Batch,
  image: number,
  { original, fit }: BatchSource,
): Float32Array {
  const rows: number[] = []
  for (let at = 0; at < targets.length; at += 6) {
    if (targets[at] !== image) continue
    const [, cls = 0, x = 0, y = 0, w = 0, h = 0] = targets.subarray(at, at + 6)
    rows.push(
      cls,
      (x - w / 2) * width,
      (y - h / 2) * height,
      (x + w / 2) * width,
      (y + h / 2) * height,
    )
  }
  return scaled(Float32Array.from(rows), 5, 1, original, fit ?? fitOf(original, { height, width }))
}

type Fit = NonNullable<BatchSource['fit']>

function fitOf(
  [height, width]: readonly [number, number],
  input: Pick<Batch, 'height' | 'width'>,
): Fit {
  const gain = Math.min(input.height / height, input.width / width)
  return {
    ratio: [gain, gain],
    pad: [(input.width - width * gain) / 2, (input.height - height * gain) / 2],
  }
}

/** `rows` of `length` with a box from position `start` on. YOLOv5 takes the ratio of heights for both sides. */
function scaled(
  rows: Float32Array,
  length: number,
  start: number,
  [height, width]: readonly [number, number],
  { ratio: [ratio], pad: [padX, padY] }: Fit,
): Float32Array {
  const result = rows.slice()
  for (let at = start; at < result.length; at += length) {
    for (let k = 0; k < 4; k++) {
      const [pad, size] = k % 2 === 0 ? [padX, width] : [padY, height]
      result[at + k] = Math.min(Math.max(((result[at + k] as number) - pad) / ratio, 0), size)
    }
  }
  return result
}

/** Collects what the metrics need. */
class Matches {
  readonly #confidences: number[] = []
  readonly #classes: number[] = []
  readonly #correct: number[] = []
  readonly #labels: number[] = []

  add(detections: Detections, correct: Uint16Array, labels: Float32Array): void {
    correct.forEach((bits, i) => {
      this.#confidences.push(detections[i * 6 + 4] as number)
      this.#classes.push(detections[i * 6 + 5] as number)
      this.#correct.push(bits)
    })
    for (let at = 0; at < labels.length; at += 5) this.#labels.push(labels[at] as number)
  }

  all(): MatchedDetections {
    return {
      confidences: this.#confidences,
      classes: this.#classes,
      correct: this.#correct,
      labels: this.#labels,
    }
  }
}
