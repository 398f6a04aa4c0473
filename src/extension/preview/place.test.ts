import { expect, it } from 'vitest'
import { prunePlace } from './place'

it('prunes from the checkout that holds the checkpoint', () => {
  expect(prunePlace('/b/runs/train/x/weights/last.pt', ['/a', '/b'])).toEqual({
    cwd: '/b',
    weights: 'runs/train/x/weights/last.pt',
    output: 'runs/train/x/weights/last-pruned.pt',
  })
})

it('records a checkpoint from elsewhere in the selected checkout', () => {
  expect(prunePlace('/models/v.1.pt', ['/a', '/b'])).toEqual({
    cwd: '/a',
    weights: '/models/v.1.pt',
    output: '/models/v.1-pruned.pt',
  })
})

it('needs no checkout', () => {
  expect(prunePlace('/models/x.pt', [])).toEqual({
    cwd: '/models',
    weights: 'x.pt',
    output: 'x-pruned.pt',
  })
})
