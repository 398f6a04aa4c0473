import { expect, it } from 'vitest'
import { noFilter } from './arrange'
import {
  collectFilterItems,
  collectSortItems,
  filterMessage,
  filterOf,
  isChosen,
} from './filterItems'
import { recallView, rememberView } from './memory'

it('reads the list back as the filter that it was ticked from', () => {
  const filter = { text: 'a b', stages: ['sparse'], states: ['failed', 'stopped'] } as const
  const ticked = collectFilterItems().filter((item) => isChosen(filter, item))
  expect(filterOf(' a b ', ticked)).toEqual({ ...filter, states: ['stopped', 'failed'] })
})

it('says what is filtered', () => {
  expect(filterMessage(noFilter, 3, 3)).toBe('')
  expect(filterMessage({ text: 'x', stages: ['sparse'], states: ['failed'] }, 3, 120)).toBe(
    '“x” · Sparse · failed: 3 of 120 runs',
  )
})

it('marks the order in force', () => {
  expect(collectSortItems('mAP').map(({ label }) => label)).toEqual([
    'Newest first',
    'Name',
    '$(check) Best mAP50_95 first',
    'Smallest first',
  ])
})

it('remembers filter and order, and passes over what it does not understand', async () => {
  const memory = new Map<string, unknown>()
  const memento = {
    get: <T>(key: string) => memory.get(key) as T,
    update: async (key: string, value: unknown) => void memory.set(key, value),
  }
  expect(recallView(memento)).toEqual({ filter: noFilter, order: 'newest' })
  const state = {
    filter: { text: 'x', stages: ['val'], states: [] },
    order: 'size',
  } as const
  await rememberView(memento, state)
  expect(recallView(memento)).toEqual(state)
  for (const key of memory.keys()) memory.set(key, { order: 'by moon' })
  expect(recallView(memento).order).toBe('newest')
})
