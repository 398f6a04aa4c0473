import { expect, it } from 'vitest'
import { versionOption } from './options'

it.each(['2', '1.13', '2.6.0', '2.6.0+cu124', '2.6.0a0+git1f', '2.7.0.dev20250101'])(
  '%s is a version',
  (text) => {
    expect(versionOption(text)).toBe(text)
  },
)

it.each(['abc', '', '2.x', 'torch 2.6', '2.6 '])('%j is none', (text) => {
  expect(() => versionOption(text)).toThrow('Give a version')
})
