import type { HeadShape, LevelOutput } from '../contract'

/** Boxes of one image: rows of 6, left, upper, right, lower (pixels), confidence, class. */
export type Detections = Float32Array

/** Candidates of one image before suppression, in the same rows. */
export type DecodeOptions = {
  /** Least objectness, and least confidence (objectness · class). */
  readonly confidence: number
  /** Each class above the threshold makes a detection of its own; otherwise the best alone. */
  readonly multiLabel: boolean
  /** Classes to keep; absent: all. */
  readonly classes?: ReadonlySet<number>
}

/**
 * Detections of one image of a batch from Detect's raw outputs (`Detect.forward` and the first half of
 * `non_max_suppression`): centre (2σ − 0.5 + cell) · stride, side (2σ)² · anchor.
 */
export function decodeImage(
  head: HeadShape,
  outputs: readonly LevelOutput[],
  image: number,
  { confidence, multiLabel, classes }: DecodeOptions,
): Detections {
  const rows: number[] = []
  const several = multiLabel && head.nc > 1
  const leastLogit = Math.log(confidence / (1 - confidence))
  outputs.forEach(({ data, height, width }, level) => {
    const stride = head.strides[level] ?? 1
    const anchors = head.anchors[level] ?? []
    const size = 5 + head.nc
    let at = image * height * width * anchors.length * size
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (const [anchorWidth, anchorHeight] of anchors) {
          const from = at
          at += size
          if (!((data[from + 4] as number) > leastLogit)) continue
          const objectness = sigmoid(data[from + 4] as number)
          const x = (sigmoid(data[from] as number) * 2 - 0.5 + column) * stride
          const y = (sigmoid(data[from + 1] as number) * 2 - 0.5 + row) * stride
          const w = (sigmoid(data[from + 2] as number) * 2) ** 2 * anchorWidth
          const h = (sigmoid(data[from + 3] as number) * 2) ** 2 * anchorHeight
          const add = (cls: number, score: number): void => {
            if (score <= confidence || classes?.has(cls) === false) return
            rows.push(x - w / 2, y - h / 2, x + w / 2, y + h / 2, score, cls)
          }
          let best = 0
          let bestScore = -1
          for (let cls = 0; cls < head.nc; cls++) {
            const score = sigmoid(data[from + 5 + cls] as number) * objectness
            if (several) add(cls, score)
            else if (score > bestScore) {
              best = cls
              bestScore = score
            }
          }
          if (!several) add(best, bestScore)
        }
      }
    }
  })
  return Float32Array.from(rows)
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
