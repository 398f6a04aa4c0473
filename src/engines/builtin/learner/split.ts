import type { Batch } from '../contract'

/**
 * A batch as `parts` batches of about the same size, in order, none of them empty. Images are views of the same
 * memory; targets count their images from 0 again.
 */
export function splitBatch(batch: Batch, parts: number): Batch[] {
  const count = Math.min(parts, batch.count)
  const imageSize = batch.height * batch.width * 3
  return Array.from({ length: count }, (_, part) => {
    const from = Math.floor((part * batch.count) / count)
    const to = Math.floor(((part + 1) * batch.count) / count)
    return {
      ...batch,
      images: batch.images.subarray(from * imageSize, to * imageSize),
      count: to - from,
      targets: targetsBetween(batch.targets, from, to),
      sources: batch.sources.slice(from, to),
    }
  })
}

function targetsBetween(targets: Float32Array, from: number, to: number): Float32Array {
  const rows: number[] = []
  for (let at = 0; at < targets.length; at += 6) {
    const image = targets[at] as number
    if (image < from || image >= to) continue
    rows.push(image - from, ...targets.subarray(at + 1, at + 6))
  }
  return Float32Array.from(rows)
}
