import { expect, it } from 'vitest'
import { byField, count } from './report'

const finding = (field: string, severity: 'error' | 'warning' | 'information') => ({
  ...{ field, severity, code: 'a/b', text: 't', fix: '' },
})

it('groups findings by the fields that are shown', () => {
  const all = [finding('data', 'error'), finding('data', 'warning'), finding('gone', 'error')]
  const grouped = byField(all, ['data', 'cfg'])
  expect(grouped.get('data')).toHaveLength(2)
  expect(grouped.get('cfg')).toBeUndefined()
  expect(grouped.get('')).toEqual([finding('gone', 'error')])
  expect([count(all, 'error'), count(all, 'warning')]).toEqual([2, 1])
})
