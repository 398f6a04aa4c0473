import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { frameRecord } from '../../core/tensorboard/records'
import { encodeSummaryEvent } from '../../core/tensorboard/summary'
import { EventFiles } from './eventFiles'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-files-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(step: number, name: string): void {
  const histogram = { min: 0.1, max: 1, limits: [0.5, 1], counts: [3, 5] }
  const histograms = [{ tag: name, histogram }]
  const event = encodeSummaryEvent({ wallTime: 1, step, scalars: [], histograms })
  appendFileSync(join(folder, 'events.out.tfevents.1.host'), frameRecord(event))
}

it('gives an epoch with all its layers, also when they come one after the other', async () => {
  const files = new EventFiles()
  const read = async () =>
    (await files.read(folder)).gammas.map(({ epoch, layers }) => [
      epoch,
      layers.map(({ name }) => name),
    ])
  write(0, 'a.bn')
  write(0, 'b.bn')
  expect(await read()).toEqual([[0, ['a.bn', 'b.bn']]])
  expect(await read()).toEqual([])
  write(0, 'c.bn')
  write(1, 'a.bn')
  expect(await read()).toEqual([
    [0, ['a.bn', 'b.bn', 'c.bn']],
    [1, ['a.bn']],
  ])
  write(1, 'b.bn')
  expect(await read()).toEqual([[1, ['a.bn', 'b.bn']]])
})
