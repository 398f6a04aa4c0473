import { expect, it, vi } from 'vitest'
import { SlimError } from '../../core/errors'
import type * as engine from '../../engines/pytorch/python'
import { chooseEngine, type Readiness, readinessOf } from './readiness'

vi.mock('../../engines/pytorch/python', async (original) => {
  const actual = await original<typeof engine>()
  const found = {
    ...{ python: { executable: '/v/python', version: '3.11' }, torch: { version: '2.6.0' } },
    ...{ packages: {}, install: [], problems: [] },
  }
  const fakes: Readonly<Record<string, unknown>> = {
    whole: { ...found, missing: [] },
    part: { ...found, missing: [{ module: 'pandas', pip: 'pandas' }] },
  }
  return {
    ...actual,
    findPython: async (asked: engine.PythonCandidates) =>
      asked.setting !== undefined && asked.setting in fakes
        ? { command: asked.setting, source: 'setting' }
        : actual.findPython(asked),
    preflight: async ({ command }: engine.Python) => fakes[command],
  }
})

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

it('tells the torch that is there, also where something else is missing', async () => {
  expect(await readinessOf('/', { configured: 'whole' })).toMatchObject({
    kind: 'ready',
    torch: '2.6.0',
  })
  expect(await readinessOf('/', { configured: 'part' })).toMatchObject({
    kind: 'missing',
    torch: '2.6.0',
  })
})
