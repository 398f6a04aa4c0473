import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Debouncer } from './debounce'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('runs the last action of a key once the calls pause', () => {
  const ran: string[] = []
  const debouncer = new Debouncer<string>(100)
  debouncer.run('a', () => ran.push('a1'))
  vi.advanceTimersByTime(60)
  debouncer.run('a', () => ran.push('a2'))
  debouncer.run('b', () => ran.push('b'))
  vi.advanceTimersByTime(60)
  expect(ran).toEqual([])
  vi.advanceTimersByTime(60)
  expect(ran).toEqual(['a2', 'b'])
})

it('runs nothing after cancel or dispose', () => {
  const ran: string[] = []
  const debouncer = new Debouncer<string>(100)
  debouncer.run('a', () => ran.push('a'))
  debouncer.cancel('a')
  debouncer.run('b', () => ran.push('b'))
  debouncer.dispose()
  vi.advanceTimersByTime(1000)
  expect(ran).toEqual([])
})
