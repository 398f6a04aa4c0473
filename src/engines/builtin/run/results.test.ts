import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { BuiltinConfig } from '../stage/contract'
import { RunContext } from './context'
import { appendResults, type EpochRow } from './results'

const folder = mkdtempSync(join(tmpdir(), 'results-'))
afterAll(() => rmSync(folder, { recursive: true }))

const row: EpochRow = {
  ...{ epoch: 3, epochs: 10, train: { box: 0.0512343, obj: 0.019, cls: 0 } },
  ...{ val: { box: 0.05, obj: 0.02, cls: 0.00001234 }, precision: 0.987654, recall: 1 },
  ...{ mAP50: 0.995, mAP50_95: 0.6543219, lr: 0.0031, biasLr: 0.0721 },
  ...{ imageSize: 160, memory: 0, labels: 7 },
}

function context(): RunContext {
  const config: BuiltinConfig = {
    v: 1,
    stage: 'train',
    runDir: folder,
    eventsFile: join(folder, 'events.jsonl'),
    ...{ opt: {}, sparsity: null, resume: false, device: '', threads: 0 },
  }
  return new RunContext(config, new AbortController().signal)
}

it('writes results.csv as the loggers of v6.0 to v7.0 do', async () => {
  await appendResults(context(), 'v6.2', row)
  await appendResults(context(), 'v6.1', { ...row, epoch: 4 })
  const [head = '', first = '', second = ''] = readFileSync(join(folder, 'results.csv'), 'utf8')
    .trimEnd()
    .split('\n')
  const cells = (line: string): string[] => line.split(',').map((cell) => cell.trim())
  // `'%20s,' * n`, columns of twenty.
  for (const line of [head, first])
    for (const cell of line.split(',')) expect(cell.length).toBeGreaterThanOrEqual(20)
  expect(cells(head).slice(0, 2)).toEqual(['epoch', 'train/box_loss'])
  // `%20.5g`; the bias group comes first from v6.2 on, last before.
  expect(cells(first)).toEqual(
    '3,0.051234,0.019,0,0.98765,1,0.995,0.65432,0.05,0.02,1.234e-05,0.0721,0.0031,0.0031'.split(
      ',',
    ),
  )
  expect(cells(second).slice(-3)).toEqual(['0.0031', '0.0031', '0.0721'])
})

it('writes results.txt as train.py of v5.0 does', async () => {
  await appendResults(context(), 'v5.0', row)
  const cells = readFileSync(join(folder, 'results.txt'), 'utf8').trim().split(/\s+/)
  expect(cells).toHaveLength(15)
  expect(cells.slice(0, 4)).toEqual(['3/9', '0.00G', '0.05123', '0.019'])
  expect(cells.slice(6, 12)).toEqual(['7', '160', '0.9877', '1', '0.995', '0.6543'])
})
