import { expect, it } from 'vitest'
import { integerOption, versionOption } from './options'

it.each(['2', '1.13', '2.6.0', '2.6.0+cu124', '2.6.0a0+git1f', '2.7.0.dev20250101'])(
  '%s is a version',
  (text) => {
    expect(versionOption(text)).toBe(text)
  },
)

it.each(['abc', '', '2.x', 'torch 2.6', '2.6 '])('%j is none', (text) => {
  expect(() => versionOption(text)).toThrow('Give a version')
})

it('a whole number has a least and a most', () => {
  const side = integerOption(32, 4096)
  expect([side('32'), side('4096')]).toEqual([32, 4096])
  for (const text of ['31', '4097', '64.5', '']) expect(() => side(text)).toThrow('from 32 to 4096')
  expect(() => integerOption(1)('0')).toThrow('of 1 or more')
})
