import { expect, it } from 'vitest'
import { classWeights, drawWeighted, imageWeights } from './weights'

const box = (cls: number): number[] => [cls, 0.5, 0.5, 0.1, 0.1]
const labels = [{ boxes: [...box(0), ...box(0)] }, { boxes: [...box(0), ...box(1)] }, { boxes: [] }]

it('weighs rare classes more', () => {
  expect(classWeights(labels, 2)).toEqual([0.25, 0.75])
})

it('weighs images by their boxes, and badly detected classes more', () => {
  expect(imageWeights(labels, [0.25, 0.75], [0, 0])).toEqual([0.5, 1, 0])
  expect(imageWeights(labels, [0.25, 0.75], [0, 1])).toEqual([0.5, 0.25, 0])
})

it('draws in proportion, and never what weighs nothing', () => {
  const units = [0, 0.33, 0.34, 0.99]
  expect(drawWeighted([0.5, 1, 0], 4, () => units.shift() ?? 0)).toEqual([0, 0, 1, 1])
})
