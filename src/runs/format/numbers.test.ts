import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatFactor,
  formatScore,
  formatShare,
  formatSmall,
} from './numbers'

describe('numbers as people read them', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [14_153_000, '14.2 MB'],
    [999_600, '1.00 MB'],
    [174_000_000, '174 MB'],
    [5e12, '5.00 TB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it.each([
    [812, '812'],
    [1000, '1.00 k'],
    [66_100, '66.1 k'],
    [999_499, '999 k'],
    [999_500, '1.00 M'],
    [7_225_885, '7.23 M'],
  ])('the count %d is %s', (count, text) => {
    expect(formatCount(count)).toBe(text)
  })

  it.each([
    [-3, '0 s'],
    [59.4, '59 s'],
    [59.6, '1:00'],
    [250, '4:10'],
    [3723, '1:02:03'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  it('gives scores three decimals, and a dash where there is none', () => {
    expect(formatScore(0.95349)).toBe('0.953')
    expect(formatScore(null)).toBe('–')
    expect(formatScore(Number.NaN)).toBe('–')
  })

  it('rounds shares, small values and factors', () => {
    expect(formatShare(0.7043)).toBe('70.4 %')
    expect(formatSmall(0.000354321)).toBe('0.000354')
    expect(formatSmall(0.005)).toBe('0.005')
    expect(formatFactor({ before: 1768, after: 207 })).toBe('8.54×')
    expect(formatFactor({ before: 1, after: 0 })).toBe('–')
  })
})
