import { expect, it } from 'vitest'
import { FormMemory, type Store } from './memory'
import { type FormContext, stageFields } from './stageFields'

function memento(): Store {
  const values = new Map<string, unknown>()
  return {
    get: <T>(key: string) => values.get(key) as T | undefined,
    update: async (key, value) => void values.set(key, value),
  }
}

const fieldsOf = (
  stage: Parameters<typeof stageFields>[0],
  engine: FormContext['engine'] = 'auto',
) =>
  stageFields(stage, {
    ...{ models: [], dataSets: [], hyps: [], checkpoints: [], flags: [] },
    ...{ engine, hasCheckout: true, exists: () => true },
  })

it('recalls a stage’s values, and lets other stages start from what they share', async () => {
  const memory = new FormMemory(memento())
  const train = fieldsOf('train')
  const values = { ...memory.recall('train', train), data: 'a.yaml', epochs: '7', name: 'mine' }
  await memory.remember('train', train, values)
  expect(memory.recall('train', train)).toEqual(values)
  const sparse = memory.recall('sparse', fieldsOf('sparse'))
  expect([sparse.data, sparse.epochs, sparse.name]).toEqual(['a.yaml', '100', 'sparse'])
})

it('keeps the engine that was chosen, for other stages too, until the setting changes', async () => {
  const memory = new FormMemory(memento())
  const train = fieldsOf('train')
  await memory.remember('train', train, { ...memory.recall('train', train), engine: 'builtin' })
  const engine = (stage: 'train' | 'sparse', setting: FormContext['engine']) =>
    memory.recall(stage, fieldsOf(stage, setting)).engine
  expect([engine('train', 'auto'), engine('sparse', 'auto')]).toEqual(['builtin', 'builtin'])
  expect([engine('train', 'pytorch'), engine('sparse', 'pytorch')]).toEqual(['pytorch', 'pytorch'])
})
