import { expect, it } from 'vitest'
import { without } from './loop'

it('takes the sparse flags out, with their values, in both spellings', () => {
  const args = ['--st', '--sr', '0.01', '--data', 'a.yaml', '--weights=w.pt', '--img', '640', '320']
  expect(without(args, ['--sr', '--weights'])).toEqual(['--data', 'a.yaml', '--img', '640', '320'])
})

it('keeps a flag that follows one whose value was joined by =', () => {
  expect(without(['--sr=auto', '--epochs', '3'], ['--sr'])).toEqual(['--epochs', '3'])
})
