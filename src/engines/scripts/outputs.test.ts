import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ScriptConfig } from './contract'
import { ScriptOutputs } from './outputs'

const header = 'epoch,train/box_loss,metrics/mAP_0.5,x/lr0,x/lr1\n'
const row = (epoch: number): string => `${epoch},0.5,0.25,0.1,0.1\n`

let cwd: string

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'outputs-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

/** Outputs of a script that is about to start. */
async function begin(config: Partial<ScriptConfig> = {}): Promise<ScriptOutputs> {
  const runDir = folder('mine')
  const outputs = new ScriptOutputs(
    {
      ...{ v: 1, stage: 'train', command: 'python', args: [], cwd, runDir, writesThere: false },
      ...{ gammaRate: 'x/lr0', epochs: 9, batchSize: 1, imageSize: 64, sr: 0, python: '3' },
      ...config,
    },
    Date.now(),
  )
  await outputs.skipEarlier()
  return outputs
}

function folder(name: string, root = 'runs/train'): string {
  const path = join(cwd, root, name)
  mkdirSync(path, { recursive: true })
  return path
}

function train(path: string, ...epochs: readonly number[]): void {
  writeFileSync(join(path, 'results.csv'), header + epochs.map(row).join(''))
}

async function epochs(outputs: ScriptOutputs): Promise<readonly number[]> {
  return (await outputs.read()).flatMap((event) => (event.type === 'epoch' ? [event.epoch] : []))
}

describe('a script that chooses its folder itself', () => {
  it('is found in a new one', async () => {
    const outputs = await begin()
    expect(await epochs(outputs)).toEqual([])
    train(folder('exp'), 0)
    expect(await epochs(outputs)).toEqual([0])
  })

  it('is not taken for a training that was there before, or another run', async () => {
    const earlier = folder('exp')
    train(earlier, 0)
    const outputs = await begin()
    train(earlier, 0, 1)
    const other = folder('other')
    mkdirSync(join(other, 'slim'))
    writeFileSync(join(other, 'slim', 'run.json'), '{}')
    train(other, 0)
    expect(await epochs(outputs)).toEqual([])
  })

  it('may choose the run folder', async () => {
    const outputs = await begin()
    train(folder('mine'), 0)
    expect(await epochs(outputs)).toEqual([0])
  })

  it('has no epochs where it prunes', async () => {
    const outputs = await begin({ stage: 'prune' })
    train(folder('exp'), 0)
    expect(await epochs(outputs)).toEqual([])
  })
})

it('a training that goes on is told from where it was, an epoch that is done again too', async () => {
  const resumes = folder('exp')
  train(resumes, 0, 1, 2)
  const outputs = await begin({ resumes })
  expect(await epochs(outputs)).toEqual([])
  appendFileSync(join(resumes, 'results.csv'), row(2) + row(3))
  expect(await epochs(outputs)).toEqual([2, 3])
  appendFileSync(join(resumes, 'results.csv'), row(4))
  expect(await epochs(outputs)).toEqual([4])
})
