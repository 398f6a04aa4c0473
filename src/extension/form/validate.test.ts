import { describe, expect, it } from 'vitest'
import {
  all,
  batchSize,
  closedQuotes,
  device,
  file,
  imageSize,
  integer,
  number,
  optional,
  runName,
  share,
  sparsityStrength,
  wholeNumber,
} from './validate'

const cases = [
  ['whole number', wholeNumber(1), ['1', '300'], ['0', '-1', '1.5', '', 'x']],
  ['batch size', batchSize, ['16', '-1'], ['0', '-2', '']],
  ['image size', imageSize, ['640', '32', '100'], ['0', 'x', '31']],
  ['sparsity strength', sparsityStrength, ['auto', '0.005', '2e-4'], ['', '0', '1', '-1', 'x']],
  ['share', share, ['0.5', '.9'], ['', '0', '1', '50', 'zero', 'x']],
  [
    'device',
    device,
    ['cpu', '0', '0,1', 'cuda:0', 'cuda:0,cuda:1', 'gpu', 'webgpu'],
    ['', 'gpu0', '0,', '0, 1', 'cuda:', 'x'],
  ],
  ['quotes', closedQuotes, ['', '--name "a b"', "'x'"], ['"', "--name 'a"]],
  ['number', number, ['0', '-1.5', '1e-3'], ['', 'x']],
  ['integer', integer, ['0', '-1'], ['', '1.5']],
  ['run name', runName, ['yolov5s-sparse', 'a b'], ['', '..', 'a/b', 'a:b']],
] as const

describe.each(cases)('%s', (_, check, good, bad) => {
  it('accepts what is right', () => {
    for (const value of good) expect(check(value), value).toBeUndefined()
  })
  it('explains what is wrong', () => {
    for (const value of bad) expect(check(value), value).toMatch(/\w/)
  })
})

it('tells a percentage from a share', () => {
  expect(share('50')).toContain('0.5')
})

describe('file', () => {
  const check = file(['yaml', 'yml'], (path) => path === 'data/a.yaml')
  it('wants the ending and the file', () => {
    expect(check('data/a.yaml')).toBeUndefined()
    expect(check('data/b.yaml')).toContain('data/b.yaml')
    expect(check('data/a.txt')).toContain('.yaml, .yml')
    expect(check('')).toMatch(/\w/)
  })
})

it('combines checks', () => {
  expect(optional(share)('')).toBeUndefined()
  expect(optional(share)('2')).toBeDefined()
  const first = all(
    () => undefined,
    () => 'first',
    () => 'second',
  )
  expect(first('x')).toBe('first')
})
