import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { frameRecord } from '../../core/tensorboard/records'
import { encodeSummaryEvent } from '../../core/tensorboard/summary'
import type { NewEvent } from '../../runs/eventLog'
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

/** Appends to the folder's TensorBoard file. */
function log(path: string, step: number, values: Readonly<Record<string, number>>): void {
  for (const [tag, value] of Object.entries(values)) {
    const event = { wallTime: 1, step, scalars: [{ tag, value }], histograms: [] }
    const file = join(path, 'events.out.tfevents.1.host')
    appendFileSync(file, frameRecord(encodeSummaryEvent(event)))
  }
}

const scalars = {
  ...{ 'train/box_loss': 0.5, 'train/obj_loss': 0.25, 'train/cls_loss': 0.125 },
  ...{ 'metrics/precision': 0.5, 'metrics/recall': 0.25, 'metrics/mAP_0.5': 0.75 },
  ...{ 'metrics/mAP_0.5:0.95': 0.5, 'val/box_loss': 1, 'val/obj_loss': 2, 'val/cls_loss': 3 },
}
const rates = { 'x/lr0': 0.0625, 'x/lr1': 0.5, 'x/lr2': 0.5 }
const told = {
  ...{ type: 'epoch', train: { box: 0.5, obj: 0.25, cls: 0.125 } },
  ...{ val: { box: 1, obj: 2, cls: 3 }, precision: 0.5, recall: 0.25 },
  ...{ mAP50: 0.75, mAP50_95: 0.5, lr: 0.0625 },
}

describe('the learning rate that a results.txt lacks', () => {
  const line = (epoch: number): string =>
    `${epoch}/8 0G 0.5 0.25 0.125 0.875 13 64 0.5 0.25 0.75 0.5 1 2 3\n`
  const epochsOf = (events: readonly NewEvent[]) =>
    events.flatMap((event) =>
      event.type === 'epoch' ? [[event.epoch, event.lr, event.amends ?? false]] : [],
    )

  it('is that of TensorBoard', async () => {
    const outputs = await begin({ writesThere: true })
    const path = folder('mine')
    log(path, 0, { ...scalars, ...rates })
    writeFileSync(join(path, 'results.txt'), line(0))
    expect(await outputs.read()).toMatchObject([{ ...told, epoch: 0 }])
  })

  it('is not 0 while TensorBoard has not told it, and told once it does', async () => {
    const outputs = await begin({ writesThere: true })
    const path = folder('mine')
    writeFileSync(join(path, 'results.txt'), line(0))
    expect(epochsOf(await outputs.read())).toEqual([[0, null, false]])
    log(path, 0, scalars)
    expect(await outputs.read()).toEqual([])
    log(path, 0, rates)
    appendFileSync(join(path, 'results.txt'), line(1))
    expect(epochsOf(await outputs.read())).toEqual([
      [0, 0.0625, true],
      [1, null, false],
    ])
    expect(await outputs.read(true)).toEqual([])
  })
})

describe('a script that tells TensorBoard alone', () => {
  it('has its epochs from there, each once it is whole', async () => {
    const outputs = await begin({ writesThere: true })
    const path = folder('mine')
    log(path, 0, scalars)
    expect(await outputs.read()).toEqual([])
    log(path, 0, rates)
    log(path, 1, { 'train/box_loss': 0.5 })
    expect(await outputs.read()).toEqual([])
    log(path, 1, { 'metrics/mAP_0.5': 0.75 })
    expect(await outputs.read()).toMatchObject([{ ...told, epoch: 0, epochs: 9 }])
    log(path, 1, { ...scalars, ...rates })
    expect(await outputs.read()).toMatchObject([{ ...told, epoch: 1 }])
    log(path, 2, { 'metrics/mAP_0.5': 0.25 })
    expect(await outputs.read()).toEqual([])
    expect(await outputs.read(true)).toMatchObject([
      { epoch: 2, train: {}, precision: null, mAP50: 0.25, lr: null },
    ])
    expect(outputs.last).toMatchObject({ epoch: 2, mAP50: 0.25 })
  })

  it('has none where it tells only of batches', async () => {
    const outputs = await begin({ writesThere: true })
    log(folder('mine'), 100, { 'train/box_loss': 0.5, 'x/lr0': 0.1 })
    expect(await outputs.read(true)).toEqual([])
  })
})
