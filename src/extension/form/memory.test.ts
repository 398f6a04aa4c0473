import { expect, it } from 'vitest'
import { FormMemory, type Store } from './memory'
import { stageFields } from './stageFields'

function memento(): Store {
  const values = new Map<string, unknown>()
  return {
    get: <T>(key: string) => values.get(key) as T | undefined,
    update: async (key, value) => void values.set(key, value),
  }
}

const fieldsOf = (stage: Parameters<typeof stageFields>[0]) =>
  stageFields(stage, {
    ...{ models: [], dataSets: [], hyps: [], checkpoints: [], flags: [] },
    ...{ engine: 'auto' as const, hasCheckout: true, exists: () => true },
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
