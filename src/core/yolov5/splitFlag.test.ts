import { expect, test } from 'vitest'
import { splitFlag } from './splitFlag'

test.each([
  ['--name', ['--name', undefined]],
  ['--name=', ['--name', '']],
  ['--name=a=b', ['--name', 'a=b']],
  ['-n=x', ['-n', 'x']],
  ['runs/sr=0.005/best.pt', ['runs/sr=0.005/best.pt', undefined]],
  ['', ['', undefined]],
])('%s', (word, parts) => {
  expect(splitFlag(word)).toEqual(parts)
})
