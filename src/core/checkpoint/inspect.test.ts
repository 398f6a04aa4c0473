import { expect, test } from 'vitest'
import { openCheckpoint } from './checkpoint'
import { summarise } from './gammas'
import { inspectCheckpoint, requireBatchNorm } from './inspect'
import { checkpointModel } from './model'
import { moduleIndex } from './moduleIndex'
import { codeOf, golden, goldenJson } from './testing'

const inspect = (name: string) => inspectCheckpoint(openCheckpoint(golden(name)))

test.each([
  ['v5.0', 'v5.0', 'models.yolo.Model'],
  ['v6.0', 'v6.0', 'models.yolo.Model'],
  ['v6.2', 'v6.2', 'models.yolo.DetectionModel'],
  ['v7.0', 'v7.0 or master', 'models.yolo.SegmentationModel'],
])('%s is recognised', (file, release, modelClass) => {
  const facts = goldenJson(`${file}.json`) as {
    parameters: number
    gammas: Record<string, number[]>
  }
  const found = inspect(`${file}.pt`)
  expect(found).toMatchObject({ release, modelClass, precision: 'FP16', finished: true })
  expect(found.parameters).toBe(facts.parameters)
  expect(found.names).toEqual(['circle', 'square', 'triangle'])
  expect(found.gammas.map((layer) => layer.name)).toEqual(Object.keys(facts.gammas))
  expect(found.gammas.map((layer) => layer.gamma.min)).toEqual(
    Object.values(facts.gammas).map((gamma) => Math.min(...gamma)),
  )
  expect(found.unsafeGlobals).toEqual([])
  expect(found.obstacle).toBeNull()
})

test('quantiles are those of numpy, of absolute values', () => {
  // numpy.quantile(numpy.abs([0.5, -0.25, 2, 0]), [0, .25, .5, .75, 1])
  expect(summarise(Float32Array.of(0.5, -0.25, 2, 0))).toEqual({
    min: 0,
    q25: 0.1875,
    median: 0.375,
    q75: 0.875,
    max: 2,
    nearZero: 1,
  })
})

test('a training that has not finished is told by its optimizer', () => {
  expect(inspect('unfinished.pt')).toMatchObject({ finished: false, precision: 'FP32' })
})

test.each(['state-dict.pt', 'state-dict-inside.pt'])('%s can be looked at, not pruned', (file) => {
  const found = inspect(file)
  expect(found.obstacle?.code).toBe('checkpoint/state-dict')
  expect(found.modelClass).toBeNull()
  expect(found.parameters).toBe(126)
  expect(found.gammas).toMatchObject([{ name: '1', channels: 4, gamma: { max: 2, nearZero: 2 } }])
})

test('a fused model says so', () => {
  expect(inspect('fused.pt').obstacle?.code).toBe('checkpoint/fused')
  const { model } = checkpointModel(openCheckpoint(golden('fused.pt')).root)
  expect(codeOf(() => requireBatchNorm(moduleIndex(model)))).toBe('checkpoint/fused')
})
