/** Boxes of one image: rows of 5 whose first number is the class. */
type Boxes = { readonly boxes: ArrayLike<number> }

/** Rare classes weigh more: 1 / boxes of the class, summing to 1 (`labels_to_class_weights`, utils/general.py). */
export function classWeights(labels: readonly Boxes[], nc: number): number[] {
  const counts = new Array<number>(nc).fill(0)
  for (const { boxes } of labels) {
    for (let at = 0; at < boxes.length; at += 5) {
      const cls = boxes[at] ?? 0
      counts[cls] = (counts[cls] ?? 0) + 1
    }
  }
  const inverse = counts.map((count) => 1 / Math.max(count, 1))
  const sum = inverse.reduce((total, weight) => total + weight, 0)
  return inverse.map((weight) => weight / sum)
}

/**
 * How often each image is to be drawn: the sum of its boxes' class weights, those of badly detected classes raised by
 * (1 − AP)² (`labels_to_image_weights`, and train.py).
 *
 * @param ap average precision of each class, 0 to 1
 */
export function imageWeights(
  labels: readonly Boxes[],
  weights: readonly number[],
  ap: readonly number[],
): number[] {
  const raised = weights.map((weight, cls) => weight * (1 - (ap[cls] ?? 0)) ** 2)
  return labels.map(({ boxes }) => {
    let sum = 0
    for (let at = 0; at < boxes.length; at += 5) sum += raised[boxes[at] ?? 0] ?? 0
    return sum
  })
}

/** `count` indices drawn in proportion to their weights. */
export function drawWeighted(
  weights: readonly number[],
  count: number,
  unit: () => number,
): number[] {
  const sums: number[] = []
  let total = 0
  for (const weight of weights) {
    total += weight
    sums.push(total)
  }
  return Array.from({ length: count }, () => {
    const at = unit() * total
    let low = 0
    let high = sums.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) > at) high = middle
      else low = middle + 1
    }
    return low
  })
}
