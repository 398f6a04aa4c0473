import { describe, expect, it } from 'vitest'
import {
  answersToRemember,
  initialAnswers,
  type Question,
  splitArguments,
  toArguments,
} from './question'

const question = (key: string, more: Partial<Question> = {}): Question => ({
  key,
  label: key,
  prompt: key,
  initial: '',
  validate: () => undefined,
  ...more,
})

describe('initialAnswers', () => {
  it('prefers own answers, then those of other stages, then defaults', () => {
    const questions = ['a', 'b', 'c'].map((key) => question(key, { initial: 'default' }))
    expect(initialAnswers(questions, { a: 'own' }, { a: 'shared', b: 'shared' })).toEqual({
      a: 'own',
      b: 'shared',
      c: 'default',
    })
  })

  it('takes a new suggestion, and keeps the answer while the suggestion stays', () => {
    const first = [question('weights', { suggested: 'exp/last.pt' })]
    expect(initialAnswers(first, {}, { weights: 'shared.pt' })).toEqual({ weights: 'exp/last.pt' })
    const remembered = answersToRemember(first, { weights: 'mine.pt' })
    expect(initialAnswers(first, remembered, {})).toEqual({ weights: 'mine.pt' })
    const next = [question('weights', { suggested: 'exp2/last.pt' })]
    expect(initialAnswers(next, remembered, {})).toEqual({ weights: 'exp2/last.pt' })
  })

  it('keeps an answer that was emptied', () => {
    expect(initialAnswers([question('a', { initial: 'x' })], { a: '' }, {})).toEqual({ a: '' })
  })
})

it('makes a command line, leaving out what is empty', () => {
  const questions = [
    question('data', { flag: '--data' }),
    question('name', { flag: '--name' }),
    question('more'),
  ]
  expect(
    toArguments(questions, { data: 'my data/x.yaml', name: ' ', more: '--cache --freeze "0 1"' }),
  ).toEqual(['--data', 'my data/x.yaml', '--cache', '--freeze', '0 1'])
})

it.each([
  ['', []],
  ['  --cache   ram ', ['--cache', 'ram']],
  [`--name 'a b' --hyp="c d.yaml"`, ['--name', 'a b', '--hyp=c d.yaml']],
])('splits %j as a shell would', (text, words) => {
  expect(splitArguments(text)).toEqual(words)
})
