import { expect, it } from 'vitest'
import { SlimError } from '../../core/errors'
import { chooseEngine, type Readiness, readinessOf } from './readiness'

const ready: Readiness = { kind: 'ready', text: '', python: '/v/python', named: false }
const missing: Readiness = {
  kind: 'missing',
  error: new SlimError('python/not-found', 'a', 'b'),
  named: false,
}

it('spells the engine so that the command line means the same elsewhere', () => {
  expect(chooseEngine('auto', true, ready)).toEqual({
    engine: 'pytorch',
    words: ['--python', '/v/python'],
  })
  expect(chooseEngine('auto', true, { ...ready, python: '' }).words).toEqual([])
  expect(chooseEngine('auto', true, missing)).toEqual({
    engine: 'builtin',
    words: ['--engine', 'builtin'],
  })
})

it('stands in for no interpreter that someone named', () => {
  expect(chooseEngine('auto', true, { ...missing, named: true }).engine).toBe('pytorch')
  expect(chooseEngine('pytorch', true, missing).engine).toBe('pytorch')
})

it('has one engine without a checkout', () => {
  expect(chooseEngine('auto', false, ready)).toEqual({ engine: 'builtin', words: [] })
})

it('reports an interpreter that is not there', async () => {
  const found = await readinessOf('/', { configured: '/no/such/python' })
  expect(found).toMatchObject({ kind: 'missing', named: true, error: { code: 'python/not-found' } })
})
