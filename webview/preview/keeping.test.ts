import { expect, it } from 'vitest'
import { globOf, keepingOf, withKept } from './keeping'
import { warningItems } from './warnings'

it('tells layers kept by name from those kept by a glob', () => {
  const keeping = keepingOf(['model.2.cv1.bn', 'model.4.*'])
  expect(keeping('model.2.cv1.bn')).toBe('named')
  expect(keeping('model.4.cv1.bn')).toBe('glob')
  expect(keeping('model.4.bn')).toBe('glob')
  expect(keeping('model.9.cv1.bn')).toBe('no')
})

it('adds and takes away one layer', () => {
  expect(withKept(['model.4.*'], 'model.2.bn', true)).toEqual(['model.4.*', 'model.2.bn'])
  expect(withKept(['model.2.bn', 'model.4.*'], 'model.2.bn', false)).toEqual(['model.4.*'])
})

it('names a layer of any spelling', () => {
  const odd = 'model.{a,b}*.bn'
  expect(keepingOf([globOf(odd)])(odd)).toBe('named')
  expect(keepingOf([globOf(odd)])('model.a.bn')).toBe('no')
})

it('shows a few warnings of a kind', () => {
  const many = Array.from({ length: 9 }, (_, i) => ({ code: 'a', text: String(i) }))
  expect(warningItems([...many, { code: 'b', text: 'x' }]).map(({ text }) => text)).toEqual([
    ...['0', '1', '2', '… and 6 more of this kind', 'x'],
  ])
})
