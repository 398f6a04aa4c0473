import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { RunPresenter } from '../../src/cli/runPresenter'
import { RunFeed } from '../../src/extension/dashboard/feed'
import { EventReader } from '../../src/runs/eventLog'
import { RunIndex } from '../../src/runs/index/runIndex'
import { ownProcess } from '../../src/runs/processIdentity'
import { createRunFolder, runFiles, writeManifest } from '../../src/runs/store'
import { count, memoryKept } from './support/figures'
import { manifestIn, scratch, startedEvent } from './support/runs'
import { epochLines } from './support/simulated'

const folder = scratch('memory')
afterAll(folder.dispose)

it('8 hours of events grow nobody’s memory: index, dashboard and terminal', async () => {
  const minutes = 480
  const runDir = await createRunFolder(join(folder.path, 'runs/train'), 'long')
  await writeManifest(runDir, { ...manifestIn(folder.path), process: await ownProcess() })
  const { events } = runFiles(runDir)
  await appendFile(events, `${JSON.stringify({ v: 1, t: 1, ...startedEvent })}\n`)
  const index = new RunIndex(() => [folder.path], { liveMs: 1e9 })
  const feed = new RunFeed(runDir)
  const reader = new EventReader(events)
  let printed = 0
  const presenter = new RunPresenter(
    { print: () => printed++, printAside: () => printed++ },
    'text',
  )
  await index.refresh()
  const used: number[] = []
  for (let minute = 0; minute < minutes; minute++) {
    await appendFile(events, epochLines(minute, minutes, 60))
    await index.touch(runDir)
    await feed.look()
    await feed.lookAtGammas()
    for await (const batch of reader.readAll()) presenter.show(batch.events, batch.reset)
    if (minute % 60 === 59) used.push(await memoryKept())
  }
  const last = index.get(runDir)?.digest.lastEpoch?.epoch
  index.dispose()
  // The tables of epochs and the gammas of a screen fill up at first.
  const [, second = 0] = used
  const growth = (used.at(-1) ?? 0) - second
  count({
    fault: '8 hours of events: growth from hour 2 to 8',
    tried: minutes,
    wrong: last === minutes - 1 ? 0 : 1,
    bytes: growth,
  })
  expect(last).toBe(minutes - 1)
  expect(printed).toBeGreaterThanOrEqual(minutes)
  // Measured 0.9 MB, give or take one; gammas kept of every epoch would be 17 MB as events, 8 MB as typed arrays.
  expect(growth).toBeLessThan(2.5 * (1 << 20))
})
