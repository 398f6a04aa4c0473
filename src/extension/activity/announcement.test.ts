import { expect, it } from 'vitest'
import { announcement } from './announcement'

it.each([
  ['info', true, 'status'],
  ['info', false, 'notification'],
  ['warn', true, 'notification'],
  ['error', true, 'notification'],
] as const)('%s, window focused: %s', (level, focused, how) => {
  expect(announcement({ level, text: '' }, focused)).toBe(how)
})

it.each([
  ['info', 'problems', 'status'],
  ['error', 'problems', 'notification'],
  ['error', 'none', 'status'],
] as const)('%s, where the setting wants %s', (level, wanted, how) => {
  expect(announcement({ level, text: '' }, false, wanted)).toBe(how)
})
