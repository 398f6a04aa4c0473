import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildCheckpoint } from '../../src/engines/builtin/checkpoint/build'
import { type OpenModel, openModel } from '../../src/engines/builtin/checkpoint/open'
import type { Batch } from '../../src/engines/builtin/contract'

/** As which release the benchmarks train. */
export const release = 'v6.2'

/** YOLOv5n or s with three classes and random weights. */
export function model(checkout: string, size: string): OpenModel {
  const file = join(checkout, 'models', `yolov5${size}.yaml`)
  const bytes = buildCheckpoint({
    ...{ release, file, text: readFileSync(file, 'utf8'), nc: 3, names: ['a', 'b', 'c'], seed: 0 },
    anchorsPerLevel: undefined,
  })
  return openModel(file, bytes, release)
}

/** Noise with three boxes an image. */
export function randomBatch(pixels: number, batchSize: number): Batch {
  const images = new Uint8Array(batchSize * pixels * pixels * 3)
  for (let i = 0; i < images.length; i++) images[i] = (i * 2654435761) >>> 24
  const targets = Array.from({ length: batchSize * 3 }, (_, i) => [
    ...[Math.floor(i / 3), i % 3, 0.3 + (i % 5) / 12, 0.4, 0.2 + (i % 3) / 10, 0.3],
  ])
  return {
    ...{ images, count: batchSize, height: pixels, width: pixels, sources: [] },
    targets: Float32Array.from(targets.flat()),
  }
}
