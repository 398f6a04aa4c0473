import { expect, it } from 'vitest'
import { multiScale, rectangularPlans, trainingPlans } from './plans'
import { leastRectangle } from './rectangle'

it('sorts by shape, and gives each batch the least rectangle in whole strides', () => {
  // Two wide, one square, one tall, with a pad of half a stride as val.py has it.
  const sizes = [
    [100, 200],
    [200, 100],
    [200, 120],
    [100, 100],
  ] as const
  const plans = rectangularPlans({ sizes }, 2, 128, 32, 0.5)
  expect(plans).toEqual([
    // The taller of the two decides: 0.6 · 128 / 32 + 0.5 = 2.9.
    { indices: [1, 2], rectangle: { width: 160, height: 96 } },
    { indices: [3, 0], rectangle: { width: 160, height: 160 } },
  ])
  expect(rectangularPlans({ sizes: [[100, 200]] }, 4, 128, 32, 0)[0]?.rectangle).toEqual({
    ...{ width: 64, height: 128 },
  })
})

it('goes through every image once an epoch, in another order each', () => {
  const options = {
    ...{ indices: Array.from({ length: 23 }, (_, i) => i), batchSize: 8, shuffles: true },
    seed: 1,
  }
  const order = (epoch: number): number[] =>
    trainingPlans({ ...options, epoch }).flatMap(({ indices }) => indices)
  expect(trainingPlans({ ...options, epoch: 0 }).map(({ indices }) => indices.length)).toEqual([
    8, 8, 7,
  ])
  expect([...order(0)].sort((a, b) => a - b)).toEqual(options.indices)
  expect(order(0)).toEqual(order(0))
  expect(order(1)).not.toEqual(order(0))
  expect(trainingPlans({ ...options, shuffles: false, epoch: 5 })[0]?.indices[0]).toBe(0)
})

it('scales batches between half and one and a half of the size', () => {
  const plans = Array.from({ length: 200 }, (_, i) => ({ indices: [i] }))
  const options = { imageSize: 128, stride: 32, seed: 1, epoch: 0 }
  const sides = new Set(multiScale(plans, options).map(({ scaled }) => scaled?.width))
  expect([...sides].sort((a = 0, b = 0) => a - b)).toEqual([64, 96, 128, 160, 192])
  // Rectangles keep their shape but for whole strides.
  const wide = plans.map((plan) => ({ ...plan, rectangle: { width: 128, height: 64 } }))
  const sizes = new Set(
    multiScale(wide, options).map(({ scaled }) => `${scaled?.width}x${scaled?.height}`),
  )
  expect([...sides].length).toBe(5)
  expect([...sizes].sort()).toEqual(['128x64', '160x96', '192x96', '64x32', '96x64'])
})

it('fits a single image into the least rectangle, as detect.py reads it', () => {
  expect(leastRectangle({ width: 640, height: 480 }, 320, 32)).toEqual({ width: 320, height: 256 })
  expect(leastRectangle({ width: 100, height: 300 }, 320, 32)).toEqual({ width: 128, height: 320 })
})
