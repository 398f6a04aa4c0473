import { expect, it } from 'vitest'
import { AnswerMemory, type Store } from './memory'
import { stageQuestions } from './stages'

function memento(): Store {
  const values = new Map<string, unknown>()
  return {
    get: <T>(key: string) => values.get(key) as T | undefined,
    update: async (key, value) => void values.set(key, value),
  }
}

const questions = (stage: Parameters<typeof stageQuestions>[0]) =>
  stageQuestions(stage, { models: [], dataSets: [], checkpoints: [], exists: () => true })

it('recalls a stage’s answers, and lets other stages start from what they share', async () => {
  const memory = new AnswerMemory(memento())
  const train = questions('train')
  const answers = { ...memory.recall('train', train), data: 'a.yaml', epochs: '7', name: 'mine' }
  await memory.remember('train', train, answers)
  expect(memory.recall('train', train)).toEqual(answers)
  const sparse = memory.recall('sparse', questions('sparse'))
  expect([sparse.data, sparse.epochs, sparse.name]).toEqual(['a.yaml', '100', 'sparse'])
})
