import { describe, expect, it } from 'vitest'
import {
  type Field,
  initialValues,
  joinArguments,
  splitArguments,
  toArguments,
  valuesToRemember,
} from './field'

const field = (key: string, more: Partial<Field> = {}): Field => ({
  key,
  label: key,
  hint: key,
  control: { kind: 'text' },
  initial: '',
  validate: () => undefined,
  ...more,
})

describe('initialValues', () => {
  it('prefers own answers, then those of other stages, then defaults', () => {
    const fields = ['a', 'b', 'c'].map((key) => field(key, { initial: 'default' }))
    expect(initialValues(fields, { a: 'own' }, { a: 'shared', b: 'shared' })).toEqual({
      a: 'own',
      b: 'shared',
      c: 'default',
    })
  })

  it('takes a new suggestion, and keeps the answer while the suggestion stays', () => {
    const first = [field('weights', { suggested: 'exp/last.pt' })]
    expect(initialValues(first, {}, { weights: 'shared.pt' })).toEqual({ weights: 'exp/last.pt' })
    const remembered = valuesToRemember(first, { weights: 'mine.pt' })
    expect(initialValues(first, remembered, {})).toEqual({ weights: 'mine.pt' })
    const next = [field('weights', { suggested: 'exp2/last.pt' })]
    expect(initialValues(next, remembered, {})).toEqual({ weights: 'exp2/last.pt' })
  })

  it('keeps an answer that was emptied', () => {
    expect(initialValues([field('a', { initial: 'x' })], { a: '' }, {})).toEqual({ a: '' })
  })
})

it('makes a command line, leaving out what is empty', () => {
  const fields = [
    field('data', { flag: '--data' }),
    field('name', { flag: '--name' }),
    field('more'),
  ]
  expect(
    toArguments(fields, { data: 'my data/x.yaml', name: ' ', more: '--cache --freeze "0 1"' }),
  ).toEqual(['--data', 'my data/x.yaml', '--cache', '--freeze', '0 1'])
})

it('spells switches, several values, and what is the same as no flag', () => {
  const fields = [
    field('rect', { flag: '--rect', control: { kind: 'switch' } }),
    field('freeze', { flag: '--freeze', spread: true }),
    field('engine', { flag: '--engine', silent: 'auto' }),
    field('weights', { flag: '--weights', passEmpty: true }),
  ]
  const words = (values: Record<string, string>) => toArguments(fields, values)
  expect(words({ rect: 'true', freeze: '0 1', engine: 'auto' })).toEqual([
    ...['--rect', '--freeze', '0', '1', '--weights', ''],
  ])
  expect(words({ rect: '', engine: 'builtin', weights: 'a.pt' })).toEqual([
    ...['--engine', 'builtin', '--weights', 'a.pt'],
  ])
})

it.each([
  ['', []],
  ['  --cache   ram ', ['--cache', 'ram']],
  [`--name 'a b' --hyp="c d.yaml"`, ['--name', 'a b', '--hyp=c d.yaml']],
])('splits %j as a shell would', (text, words) => {
  expect(splitArguments(text)).toEqual(words)
})

it('joins words such that they are split again', () => {
  const words = ['--name', 'a b', '', `it's`, 'say "a"', `it's "a"`, '--hyp=c d.yaml']
  expect(splitArguments(joinArguments(words))).toEqual(words)
})
