import { join } from 'node:path'
import { memory } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { openModelFile } from '../checkpoint/open'
import type { Batch } from '../contract'
import { wasmForTests } from '../kernels/testing'
import { fromStateDict } from '../model/layout'
import { defaultHyp, lossOptions } from '../training/hyp'
import { LocalLearner } from './local'

const file = join(import.meta.dirname, '../../../../test/golden/network/v6.2.pt')

function batchOf(count: number, size: number): Batch {
  return {
    ...{ count, height: size, width: size, sources: [] },
    images: Uint8Array.from({ length: count * size * size * 3 }, (_, i) => (i * 37) % 251),
    targets: Float32Array.of(0, 1, 0.5, 0.5, 0.4, 0.3),
  }
}

it('holds no more tensors after an epoch than before', async () => {
  const open = openModelFile(file)
  const loss = lossOptions(defaultHyp('v6.2'), open.head, 64, 0)
  const ops = await wasmForTests()
  const learner = new LocalLearner({
    ...{ graph: open.graph, head: open.head, loss, ops, device: 'wasm', memory: () => 0 },
  })
  const { parameters, statistics } = fromStateDict(open.layout, open.tensors)
  const epoch = async (): Promise<void> => {
    // Of different sizes, as multi-scale training and rectangular evaluation have them.
    for (const size of [64, 96]) {
      await learner.load(parameters, statistics)
      await learner.step(batchOf(2, size))
      await learner.step(batchOf(1, size))
      await learner.infer(batchOf(3, size))
    }
  }
  await epoch()
  const before = memory()
  for (let i = 0; i < 3; i++) await epoch()
  expect(memory().numTensors).toBe(before.numTensors)
  expect(memory().numBytes).toBe(before.numBytes)
  await learner.dispose()
  expect(memory().numTensors).toBe(0)
})
