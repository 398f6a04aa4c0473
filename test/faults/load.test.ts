import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { RunFeed } from '../../src/extension/dashboard/feed'
import { RunIndex } from '../../src/runs/index/runIndex'
import { readSavedRuns, writeSavedRuns } from '../../src/runs/index/savedRuns'
import { readRun } from '../../src/runs/snapshot'
import { createRunFolder, runFiles, writeManifest } from '../../src/runs/store'
import { count, memoryInUse, memoryKept, processorMs, Worst } from './support/figures'
import { manifestIn, scratch, startedEvent } from './support/runs'
import { epochLines } from './support/simulated'

const folder = scratch('load')
afterAll(folder.dispose)
const mega = 1 << 20

it('an event log of 1 GB is read by the chunk', async () => {
  const runDir = await createRunFolder(join(folder.path, 'big/runs/train'), 'big')
  await writeManifest(runDir, manifestIn(folder.path))
  const file = await open(runFiles(runDir).events, 'w')
  await file.write(`${JSON.stringify({ v: 1, t: 1, ...startedEvent })}\n`)
  let bytes = 0
  let epochs = 0
  while (bytes < 1024 * mega) {
    let block = ''
    while (block.length < 8 * mega) block += epochLines(epochs++, epochs, 300)
    bytes += (await file.write(block)).bytesWritten
  }
  await file.close()
  const before = await memoryKept()
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, memoryInUse())
  }, 20)
  const worst = new Worst()
  const run = await worst.of(() => readRun(runDir))
  const feed = new RunFeed(runDir)
  const update = await worst.of(() => feed.look())
  const more = await worst.of(() => feed.lookAtGammas())
  clearInterval(timer)
  const gammas = more?.gammas?.block.epochs ?? []
  const seen = [
    ...[run.digest.lastEpoch?.epoch, update?.epochs?.rows.epochs.length],
    // A screen's worth, up to the last.
    ...[gammas.at(-1), gammas.length <= 240],
  ]
  const right = [epochs - 1, epochs, epochs - 1, true]
  count({
    fault: `event log of 1 GB (${epochs} epochs): peak memory`,
    tried: 3,
    wrong: seen.filter((found, i) => found !== right[i]).length,
    worstMs: worst.ms,
    bytes: most - before,
  })
  expect(seen).toEqual(right)
  // Measured 33 to 40 MB, by when the garbage goes: chunks and what is shown, never the log.
  expect(most - before).toBeLessThan(80 * mega)
  // Once it is read, a look costs nothing.
  const again = await processorMs(async () => {
    await feed.look()
    await feed.lookAtGammas()
  })
  expect(again).toBeLessThan(500)
})

it('10,000 runs in one folder are listed', async () => {
  const runs = 10_000
  const project = join(folder.path, 'many/runs/train')
  const log = `${JSON.stringify({ v: 1, t: 1, ...startedEvent })}\n${epochLines(0, 480, 1)}{"v":1,"t":2,"type":"finished","summary":{"seconds":1}}\n`
  for (let first = 0; first < runs; first += 100) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const files = runFiles(join(project, `run${first + i}`))
        await mkdir(files.slimDir, { recursive: true })
        await writeFile(files.manifest, JSON.stringify(manifestIn(folder.path)))
        await writeFile(files.events, log)
      }),
    )
  }
  const before = await memoryKept()
  const root = join(folder.path, 'many')
  const cold = new RunIndex(() => [root])
  const worst = new Worst()
  const processor = await processorMs(() => worst.of(() => cold.refresh()))
  const grown = (await memoryKept()) - before
  const wrong = runs - cold.runs.filter(({ state }) => state === 'finished').length
  count({ fault: '10,000 runs, first look', tried: runs, wrong, worstMs: worst.ms, bytes: grown })
  const file = join(folder.path, 'saved.jsonl')
  await writeSavedRuns(file, cold.saved())
  cold.dispose()
  const warm = new RunIndex(() => [root], { saved: await readSavedRuns(file) })
  const next = new Worst()
  await next.of(() => warm.refresh())
  count({
    fault: '10,000 runs, with what the last window saved',
    tried: runs,
    wrong: runs - warm.runs.length,
    worstMs: next.ms,
  })
  warm.dispose()
  expect([wrong, warm.runs.length]).toEqual([0, runs])
  // Measured 28 MB, 3 KB a run.
  expect(grown).toBeLessThan(60 * mega)
  expect(processor).toBeLessThan(30_000)
})
