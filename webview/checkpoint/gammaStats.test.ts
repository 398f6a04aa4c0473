import { expect, it } from 'vitest'
import { toBase64 } from '../../src/core/slimming/base64'
import { gammaStats, largest, sortedGammas } from './gammaStats'

it('counts, sorts and bins the sizes of gammas', () => {
  const sorted = sortedGammas(toBase64(Float32Array.of(-1, 0.5, 0, 0.005, 2)))
  expect([...sorted].map((value) => Number(value.toFixed(3)))).toEqual([0, 0.005, 0.5, 1, 2])
  const { channels, nearZero, median, max, bins } = gammaStats(sorted, 2)
  expect({ channels, nearZero, median, max }).toEqual({
    ...{ channels: 5, nearZero: 2, median: 0.5, max: 2 },
  })
  expect(bins[0]).toBe(2)
  expect(bins.at(-1)).toBe(1)
  expect(bins.reduce((a, b) => a + b)).toBe(5)
})

it('bears gammas that are no numbers, and none at all', () => {
  const odd = sortedGammas(toBase64(Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY)))
  expect(largest([odd])).toBe(1)
  expect(gammaStats(odd, 1).bins.at(-1)).toBe(2)
  expect(gammaStats(sortedGammas(''), largest([]))).toMatchObject({ channels: 0, median: 0 })
})
