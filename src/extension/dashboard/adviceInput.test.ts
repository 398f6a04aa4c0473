import { expect, it } from 'vitest'
import { EpochTable } from '../../runs/epochTable'
import { gamma, started } from '../../runs/format/testing'
import { emptyBlock, packGammas } from '../../runs/gammaBlock'
import type { RunManifest } from '../../runs/manifest'
import { digestEvents } from '../../runs/state'
import { makeRun } from '../experiments/testing'
import { collectAdvice, collectAdviceInput } from './adviceInput'

/** Advice on a training that is over half, whose gammas do not move. */
function advise(engine: RunManifest['engine']) {
  const sparsity = { reg: 'l1', sr: 0.001, schedule: 'constant' } as const
  const { manifest } = makeRun({ name: 'a', stage: 'sparse', changes: { engine, sparsity } })
  const table = new EpochTable()
  const epochs = Array.from({ length: 40 }, (_, epoch) => epoch)
  for (const epoch of epochs)
    table.put(epoch, { lr: 0.01, sr: 0.001, mAP50: 0.6, 'train/box': 0.1 })
  const layers = gamma.layers.map((layer) => {
    const histogram = Array.from({ length: 64 }, (_, bin) => (bin === 32 ? 16 : 0))
    return { ...layer, histogram, nearZero: 0 }
  })
  const block = packGammas(epochs.map((epoch) => ({ epoch, layers })))
  const input = collectAdviceInput(manifest, digestEvents([started]), table, block, undefined)
  // How far a gamma moves where they have not moved yet.
  return input && collectAdvice({ ...input, drive: 50 })
}

it('offers to train again with another sr', () => {
  const advice = advise('pytorch')
  expect(advice?.verdict).toBe('too-small')
  expect(advice?.suggested).toBeGreaterThan(0.001)
})

it('only tells the sr where a script of the workspace trained, which no form starts', () => {
  expect(advise('scripts')).toEqual({ ...advise('pytorch'), suggested: null })
})

it('takes a learning rate that is not known yet for the one before', () => {
  const { manifest } = makeRun({
    ...{ name: 'a', stage: 'sparse' },
    changes: { sparsity: { reg: 'l1', sr: 0.005, schedule: 'constant' } },
  })
  const table = new EpochTable()
  for (const [epoch, lr] of [null, 0.01, null, 0.005, null].entries()) table.put(epoch, { lr })
  const input = collectAdviceInput(manifest, digestEvents([started]), table, emptyBlock, undefined)
  expect(input?.past.map(({ lr }) => lr)).toEqual([0, 0.01, 0.01, 0.005, 0.005])
})
