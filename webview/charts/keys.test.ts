import { describe, expect, it } from 'vitest'
import { nextBeyond, nextOf } from './keys'

/** Points at every 10 pixels, gaps where there is no letter. */
const line = (name: string, letters: string) =>
  [...letters].map((letter, i) => ({ name: name + i, x: 10 * i, skip: letter === ' ' }))
const a = line('a', ' xx  x ')
const b = line('b', '   x')

describe('the crosshair by keyboard', () => {
  it('begins at the end that it comes from', () => {
    expect(nextOf(a, undefined, 1)?.name).toBe('a1')
    expect(nextOf(a, undefined, -1)?.name).toBe('a5')
    expect(nextBeyond([...a, ...b], [], 1)?.name).toBe('a1')
    expect(nextBeyond([...a, ...b], [], -1)?.name).toBe('a5')
  })

  it('crosses a gap of a line, both ways', () => {
    expect(nextOf(a, 2, 1)?.name).toBe('a5')
    expect(nextOf(a, 5, -1)?.name).toBe('a2')
  })

  it('stops at what another line has in the gap', () => {
    expect(nextBeyond([...a, ...b], [20], 1)?.name).toBe('b3')
    expect(nextBeyond([...a, ...b], [30], 1)?.name).toBe('a5')
    expect(nextBeyond([...a, ...b], [50], -1)?.name).toBe('b3')
  })

  it('leaves behind all that is shown together', () => {
    expect(nextBeyond([...a, ...b], [20, 30], 1)?.name).toBe('a5')
    expect(nextBeyond([...a, ...b], [30, 20], -1)?.name).toBe('a1')
  })

  it('goes nowhere behind the last point', () => {
    expect(nextOf(a, 5, 1)).toBeUndefined()
    expect(nextBeyond([...a, ...b], [50], 1)).toBeUndefined()
    expect(nextBeyond([], [], 1)).toBeUndefined()
  })
})
