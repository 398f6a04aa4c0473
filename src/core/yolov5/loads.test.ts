import { expect, it } from 'vitest'
import { loads, loadsAny } from './loads'

it.each([
  ['v5.0', 'v5.0', true],
  ['v5.0', 'v6.0', false],
  ['v6.0', 'v5.0', true],
  ['v6.0', 'v6.1', true],
  ['v6.1', 'v6.2', false],
  ['v6.2', 'v5.0', true],
  ['v6.2', 'v7.0', true],
  ['v7.0', 'v6.0', true],
  ['master', 'v7.0', true],
  ['v4.0', 'v5.0', undefined],
  ['v7.0', 'v3.1', undefined],
  ['v3.1', 'v3.1', true],
] as const)('%s with a checkpoint of %s: %s', (release, origin, answer) => {
  expect(loads(release, origin)).toBe(answer)
})

it('says nothing where the possible origins differ', () => {
  expect(loadsAny('v6.1', ['v6.2', 'v7.0'])).toBe(false)
  expect(loadsAny('v6.1', ['v6.1', 'v6.2'])).toBeUndefined()
  expect(loadsAny('v6.1', [])).toBeUndefined()
})
