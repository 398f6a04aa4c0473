import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PrunedModels } from './prunedModels'

let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'pruned-models-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

function save(name: string, content = 'weights'): void {
  const path = join(cwd, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

/** Those of a script that is about to start. */
async function begin(): Promise<PrunedModels> {
  const runDir = join(cwd, 'runs', 'train', 'prune')
  save('runs/train/prune/slim/run.json', '{}')
  const models = new PrunedModels({ cwd, runDir })
  await models.skipEarlier()
  return models
}

/** What is told, by its path below the checkout. */
async function told(models: PrunedModels, ended: boolean): Promise<readonly string[]> {
  const events = await models.read(ended)
  return events.flatMap((event) => {
    expect(event).toMatchObject({ type: 'checkpoint', kind: 'pruned', bytes: 7 })
    return event.type === 'checkpoint'
      ? [event.path.slice(cwd.length + 1).replaceAll('\\', '/')]
      : []
  })
}

it.each([
  'pruned_model.pt',
  'prune/pruned_model.pt',
  'runs/pruned_model.pt',
  'runs/prune/pruned_model.pt',
  'runs/val/exp/pruned_model.pt',
  'runs/prune/exp2/weights/pruned_model.pt',
  'runs/train/prune/pruned_model.pt',
  'runs/train/prune/weights/pruned_model.pt',
])('finds %s', async (name) => {
  const models = await begin()
  save(name)
  expect(await told(models, true)).toEqual([name])
  expect(await told(models, true)).toEqual([])
})

it('finds one that is written over an earlier one', async () => {
  save('runs/val/exp/pruned_model.pt', 'old')
  const models = await begin()
  expect(await told(models, true)).toEqual([])
  save('runs/val/exp/pruned_model.pt')
  expect(await told(models, true)).toEqual(['runs/val/exp/pruned_model.pt'])
})

it.each([
  ['first', ['orign_model.pt', 'pruned_model.pt']],
  ['last', ['pruned_model.pt', 'orign_model.pt']],
])('does not take the model before pruning for the pruned one, saved %s', async (_, names) => {
  const models = await begin()
  const all: string[] = []
  for (const name of names) {
    save(name)
    all.push(...(await told(models, false)))
  }
  all.push(...(await told(models, true)))
  expect(all).toEqual(['pruned_model.pt'])
})

it('goes by the name where several are new, and takes any where none says it', async () => {
  const models = await begin()
  save('yolov5s.pt')
  expect(await told(models, false)).toEqual(['yolov5s.pt'])
  save('runs/val/exp/slim_pruned.pt')
  save('runs/val/exp/orign_model.pt')
  save('other.pt')
  expect(await told(models, true)).toEqual(['runs/val/exp/slim_pruned.pt'])

  const another = await begin()
  save('original.pt')
  expect(await told(another, false)).toEqual([])
  expect(await told(another, true)).toEqual(['original.pt'])
})

it('leaves alone what other runs and trainings beside it write', async () => {
  const models = await begin()
  save('runs/train/other/slim/run.json', '{}')
  save('runs/train/other/weights/pruned.pt')
  save('runs/train/exp/results.csv', 'epoch\n')
  save('runs/train/exp/weights/last.pt')
  save('runs/exp0/results.txt', '')
  save('runs/exp0/weights/last.pt')
  expect(await told(models, true)).toEqual([])
})
