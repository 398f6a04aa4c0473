import { expect, it } from 'vitest'
import { parseProgramError } from './errorText'

it('finds the last error and its remedy', () => {
  const error = parseProgramError(
    ['a', 'error[prune/bad-percent]: --percent 2 is no share', '  → Give 0.5.', 'b'],
    2,
  )
  expect([error.code, error.message, error.remedy]).toEqual([
    'prune/bad-percent',
    '--percent 2 is no share',
    'Give 0.5.',
  ])
})

it('says the exit code when the program said nothing', () => {
  const error = parseProgramError(['killed'], null)
  expect(error.code).toBe('program/failed')
  expect(error.remedy).toMatch(/log/)
})
