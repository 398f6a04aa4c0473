import { expect, it } from 'vitest'
import { builtinReleases } from '../contract'
import { parseLabels } from './labels'

it('reads boxes, and keeps their order', () => {
  const parsed = parseLabels('1 0.5 0.5 0.2 0.1\n\n0 0.1 0.2 0.05 0.05\r\n', 'v7.0')
  if ('corrupt' in parsed) throw new Error(parsed.corrupt)
  expect(parsed.duplicates).toBe(0)
  expect([...parsed.labels.boxes].map((v) => Number(v.toFixed(4)))).toEqual([
    ...[1, 0.5, 0.5, 0.2, 0.1],
    ...[0, 0.1, 0.2, 0.05, 0.05],
  ])
})

it('puts a box around an outline', () => {
  const parsed = parseLabels('2 0.1 0.2 0.5 0.2 0.5 0.6 0.1 0.4', 'v7.0')
  if ('corrupt' in parsed) throw new Error(parsed.corrupt)
  expect([...parsed.labels.boxes].map((v) => Number(v.toFixed(4)))).toEqual([2, 0.3, 0.4, 0.4, 0.4])
  expect(parsed.labels.segments[0]?.length).toBe(8)
})

it('drops duplicates, which sorts the rest as numpy does', () => {
  const parsed = parseLabels('1 0.5 0.5 0.2 0.1\n0 0.4 0.4 0.1 0.1\n1 0.5 0.5 0.2 0.1', 'v7.0')
  if ('corrupt' in parsed) throw new Error(parsed.corrupt)
  expect(parsed.duplicates).toBe(1)
  expect([parsed.labels.boxes[0], parsed.labels.boxes[5]]).toEqual([0, 1])
})

it('takes for an outline, and does with duplicates, what the release does', () => {
  const corruption = (text: string): string[] =>
    builtinReleases.map((release) => {
      const parsed = parseLabels(text, release)
      return 'corrupt' in parsed ? parsed.corrupt : ''
    })
  const columns = 'labels require 5 columns, 7 columns detected'
  expect(corruption('0 0.1 0.2 0.5 0.2 0.5 0.6')).toEqual([columns, columns, columns, '', ''])
  const twice = 'duplicate labels'
  expect(corruption('0 0.4 0.4 0.1 0.1\n0 0.4 0.4 0.1 0.1')).toEqual([twice, twice, '', '', ''])
})

it.each([
  ['0 0.5 0.5 0.2', 'columns'],
  ['2 0.1 0.2 0.5 0.2 0.5 0.6 0.1 0.4 0.3', '9 coordinates'],
  ['2 0.1 0.2 0.5 0.2 0.5 0.6 0.1 0.4\n0 0.1 0.2 0.5', '3 coordinates'],
  ['0 0.5 0.5 1.2 0.1', 'out of bounds'],
  ['0 -0.1 0.5 0.2 0.1', 'negative'],
  ['cat 0.5 0.5 0.2 0.1', 'not a number'],
])('%j is corrupt: %s', (text, reason) => {
  const parsed = parseLabels(text, 'v7.0')
  expect('corrupt' in parsed ? parsed.corrupt : '').toContain(reason)
})

it('an empty file has no boxes', () => {
  expect(parseLabels(' \n', 'v7.0')).toEqual({
    labels: { boxes: new Float32Array(0), segments: [] },
    duplicates: 0,
  })
})
