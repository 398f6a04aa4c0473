import { expect, it } from 'vitest'
import { isBelow } from './isBelow'

it('tells what lies below a folder', () => {
  expect(isBelow('/w/a', '/w/a/..b')).toBe(true)
  expect(isBelow('/w/a', '/w/a')).toBe(false)
  expect(isBelow('/w/a', '/w/b')).toBe(false)
})
