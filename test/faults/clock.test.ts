import { appendFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { RunFeed } from '../../src/extension/dashboard/feed'
import { withFileLock } from '../../src/runs/fileLock'
import { RunIndex } from '../../src/runs/index/runIndex'
import { readRun } from '../../src/runs/snapshot'
import { runFiles } from '../../src/runs/store'
import { type StartedRun, startRun, stopRun, watchRun } from '../../src/runs/supervisor'
import { count, Worst } from './support/figures'
import { kill } from './support/killed'
import { eventsOf, scratch, until, type WriterOptions, writerLaunch } from './support/runs'

const hour = 3_600_000
const folder = scratch('clock')
const worst = new Worst()
const wrong: string[] = []
let tried = 0
afterEach(() => vi.restoreAllMocks())
afterAll(() => {
  count({ fault: 'clock set back an hour', tried, wrong: wrong.length, worstMs: worst.ms })
  folder.dispose()
})

/** From now on this process's clock is an hour behind, as the writer's is after its first event. */
function setBack(): void {
  const now = Date.now.bind(Date)
  vi.spyOn(Date, 'now').mockImplementation(() => now() - hour)
}

async function running(name: string, options: WriterOptions = {}): Promise<StartedRun> {
  const run = await startRun(await writerLaunch(folder.path, name, { clockBack: hour, ...options }))
  await until(async () => (await eventsOf(run.runDir)).length > 3)
  setBack()
  return run
}

async function expectState(runDir: string, state: string): Promise<void> {
  tried++
  const found = (await readRun(runDir)).state
  if (found !== state) wrong.push(`${state} shown as ${found}`)
  expect(found).toBe(state)
}

it('a run that finishes is finished', async () => {
  const run = await running('finishes', { events: 3000 })
  await expectState(run.runDir, 'running')
  await run.exited
  await expectState(run.runDir, 'finished')
})

it('one that dies is interrupted, and everybody who watches sees it at once', async () => {
  const run = await running('dies')
  const index = new RunIndex(() => [folder.path], { liveMs: 50 })
  await index.refresh()
  const feed = new RunFeed(run.runDir)
  await feed.look()
  const watch = watchRun(run.runDir, () => undefined)
  kill(run)
  await run.exited
  await expectState(run.runDir, 'interrupted')
  expect(await worst.of(() => watch.ended)).toMatchObject({ state: 'interrupted' })
  await worst.of(() => until(() => index.get(run.runDir)?.state === 'interrupted'))
  expect((await worst.of(() => feed.look()))?.run.state).toBe('interrupted')
  index.dispose()
})

it('one that is stopped is stopped, without waiting for the clock', async () => {
  const run = await running('stopped')
  expect(await worst.of(() => stopRun(run.runDir))).toMatchObject({ by: 'ask' })
  await expectState(run.runDir, 'stopped')
})

it('one that goes on is not what its earlier attempt came to', async () => {
  const launch = await writerLaunch(folder.path, 'resumed', { events: 5 })
  await (await startRun(launch)).exited
  await expectState(launch.runDir, 'finished')
  setBack()
  const again = await startRun({ ...launch, args: [...launch.args.slice(0, 2), '{}'] })
  await until(async () => (await readRun(launch.runDir)).state === 'running')
  tried++
  await stopRun(again.runDir)
  await expectState(launch.runDir, 'stopped')
})

it('a lock that was left an hour ahead is taken over', async () => {
  const path = `${folder.path}/locked`
  await writeFile(`${path}.lock`, '')
  const ahead = Date.now() / 1000 + 3600
  await utimes(`${path}.lock`, ahead, ahead)
  tried++
  await worst.of(() => withFileLock(path, async () => undefined))
  await expect(stat(`${path}.lock`)).rejects.toThrow()
})

it('a log whose file went back in time is read on', async () => {
  const run = await running('mtime', { events: 50 })
  await run.exited
  const index = new RunIndex(() => [folder.path])
  await index.refresh()
  const { events } = runFiles(run.runDir)
  await appendFile(events, `{"v":1,"t":1,"type":"warning","code":"late/word","text":"late"}\n`)
  const then = Date.now() / 1000 - 7200
  await utimes(events, then, then)
  tried++
  await worst.of(() => index.refresh())
  expect(index.get(run.runDir)?.digest.warnings.at(-1)?.code).toBe('late/word')
  index.dispose()
  await rm(run.runDir, { recursive: true })
})
