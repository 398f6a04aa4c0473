import { expect, it } from 'vitest'
import { Random } from '../data/random'
import { asStored, boxSizes, byLevel, checkAnchors, findAnchors } from './autoanchor'

it('counts the boxes that an anchor fits, sides up to a factor apart', () => {
  const sizes = Float64Array.of(10, 10, 39, 10, 41, 10, 100, 100)
  const check = checkAnchors(
    sizes,
    [
      [10, 10],
      [50, 50],
    ],
    4,
  )
  // 10×10 and 39×10 fit the first, 100×100 the second; 41×10 neither.
  expect(check).toEqual({ recall: 0.75, anchorsPerTarget: 0.75 })
})

it('takes boxes at the size that training has them', () => {
  const labels = [{ boxes: Float32Array.of(0, 0.5, 0.5, 0.5, 0.25), segments: [] }]
  expect([...boxSizes({ labels, sizes: [[400, 200]] }, 100)]).toEqual([50, 12.5])
})

it('finds the sizes that boxes cluster at', () => {
  const random = new Random(3)
  const centres: readonly (readonly [number, number])[] = [
    [12, 9],
    [60, 30],
    [40, 90],
  ]
  const boxes = Float64Array.from({ length: 600 }, (_, i) => {
    const [w, h] = centres[(i >> 1) % 3] ?? [0, 0]
    return (i % 2 === 0 ? w : h) * random.uniform(0.9, 1.1)
  })
  const found = findAnchors(boxes, 3, 4, new Random(1))
  centres.forEach(([w, h], i) => {
    expect((found[i]?.[0] ?? 0) / w).toBeCloseTo(1, 1)
    expect((found[i]?.[1] ?? 0) / h).toBeCloseTo(1, 1)
  })
  expect(checkAnchors(boxes, found, 4).recall).toBe(1)
  expect(findAnchors(boxes, 3, 4, new Random(1))).toEqual(found)
})

it('makes do with fewer boxes than anchors', () => {
  const found = findAnchors(Float64Array.of(20, 20), 9, 4, new Random(1))
  expect(found).toHaveLength(9)
  expect(found.flat().every((side) => side >= 4)).toBe(true)
})

it('rounds as FP16 does, in cells', () => {
  const [[[w, h]]] = asStored([[[123.456, 8.003]]], { strides: [8] }) as [[[number, number]]]
  // 15.432 lies between steps of 1/128, 1.0004 between steps of 1/1024.
  expect([w / 8, h / 8]).toEqual([Math.round(15.432 * 128) / 128, 1])
})

it('gives the finest level the smallest', () => {
  const anchors: [number, number][] = [
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ]
  expect(byLevel(anchors, { strides: [8, 16] })[0]).toEqual(anchors.slice(0, 2))
  expect(byLevel(anchors, { strides: [16, 8] })[0]).toEqual([anchors[3], anchors[2]])
})
