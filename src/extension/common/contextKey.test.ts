import { expect, it } from 'vitest'
import { ManagedContextKey } from './contextKey'

it('writes only what changes', () => {
  const written: unknown[] = []
  const key = new ManagedContextKey('x', (...pair) => written.push(pair))
  for (const value of [false, false, true, true, false]) key.set(value)
  expect(written).toEqual([
    ['x', false],
    ['x', true],
    ['x', false],
  ])
})
