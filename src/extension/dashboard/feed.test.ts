import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunEvent } from '../../runs/events'
import { epoch, gamma, started } from '../../runs/format/testing'
import type { RunManifest } from '../../runs/manifest'
import { lastWordsMs, processCheckMs } from '../../runs/processWatch'
import { runLiveness } from '../../runs/runLiveness'
import { runFiles, writeManifest } from '../../runs/store'
import { dashboardContract } from './contract'
import { RunFeed } from './feed'
import { chooseGammas, shownAtFirst } from './gammaChoice'

vi.mock(import('../../runs/runLiveness'), { spy: true })

let runDir: string
beforeEach(async () => {
  runDir = await mkdtemp(join(tmpdir(), 'feed-'))
  await mkdir(runFiles(runDir).slimDir)
})
afterEach(async () => {
  vi.mocked(runLiveness).mockReset()
  await rm(runDir, { recursive: true, force: true })
})

const manifest: RunManifest = {
  ...{ v: 1, id: '20260101-000000-aaaa', stage: 'sparse', engine: 'builtin', cwd: '/' },
  ...{ commandLine: ['sparse', '--sr', '0.01'], createdAt: Date.now(), percent: 0.5 },
  sparsity: { reg: 'prox', sr: 0.01, schedule: 'constant' },
  provenance: { slimVersion: '0.1.0', sha256: {} },
}
const log = (...events: RunEvent[]): Promise<void> =>
  appendFile(runFiles(runDir).events, events.map((event) => `${JSON.stringify(event)}\n`).join(''))

describe('RunFeed', () => {
  it('tells all at first, then what came, then nothing', async () => {
    await writeManifest(runDir, manifest)
    await log(started, { ...epoch, epoch: 0 }, { ...gamma, epoch: 0 })
    const feed = new RunFeed(runDir)
    expect((await feed.look())?.epochs).toMatchObject({
      ...{ reset: true, rows: { epochs: Float64Array.of(0) } },
    })
    const first = await feed.lookAtGammas()
    expect(first?.gammas).toMatchObject({ reset: true, available: Float64Array.of(0) })
    expect(first?.advice?.verdict).toBe('early')
    expect(await feed.look()).toBeUndefined()
    expect(await feed.lookAtGammas()).toBeUndefined()
    await log({ ...epoch, epoch: 1 }, { ...gamma, epoch: 1 })
    const next = await feed.look()
    expect(next?.epochs).toMatchObject({ reset: false, rows: { epochs: Float64Array.of(1) } })
    const { gammas } = (await feed.lookAtGammas()) ?? {}
    expect(gammas).toMatchObject({ reset: false, available: Float64Array.of(0, 1) })
    expect(gammas?.block.epochs).toEqual(Float64Array.of(1))
  })

  it('tells all again to a page that was made anew, and when the log began anew', async () => {
    await writeManifest(runDir, manifest)
    await log(started, { ...epoch, epoch: 0 }, { ...gamma, epoch: 0 })
    const feed = new RunFeed(runDir)
    const all = async () => [await feed.look(), await feed.lookAtGammas()]
    const first = await all()
    feed.startOver()
    expect(await all()).toEqual(first)
    await writeFile(runFiles(runDir).events, '')
    const [update, more] = await all()
    expect(update).toMatchObject({ epochs: { reset: true } })
    expect(more).toMatchObject({ gammas: { reset: true, available: new Float64Array() } })
  })

  it('tells all after a look that failed, as while its folder is used again', async () => {
    await writeManifest(runDir, manifest)
    await log(started, { ...epoch, epoch: 0 }, { ...gamma, epoch: 0 })
    const feed = new RunFeed(runDir)
    await feed.look()
    await feed.lookAtGammas()
    await rename(runFiles(runDir).manifest, join(runDir, 'aside'))
    await log({ ...epoch, epoch: 1 }, { ...gamma, epoch: 1 })
    await expect(feed.look()).rejects.toMatchObject({ code: 'runs/no-manifest' })
    await rename(join(runDir, 'aside'), runFiles(runDir).manifest)
    const both = Float64Array.of(0, 1)
    expect((await feed.look())?.epochs).toMatchObject({ reset: true, rows: { epochs: both } })
    const { gammas } = (await feed.lookAtGammas()) ?? {}
    expect(gammas).toMatchObject({ reset: true, available: both, block: { epochs: both } })
    await rename(runFiles(runDir).slimDir, join(runDir, 'slim.earlier'))
    await expect(feed.look()).rejects.toMatchObject({ code: 'runs/no-manifest' })
    await writeManifest(runDir, { ...manifest, id: 'another' })
    const anew = await feed.look()
    expect(anew).toMatchObject({ run: { manifest: { id: 'another' } }, epochs: { reset: true } })
    expect(anew?.epochs?.rows.epochs).toEqual(new Float64Array())
    expect((await feed.lookAtGammas())?.gammas?.block.epochs).toEqual(new Float64Array())
  })

  it('tells all once to a page that begins to listen while it looks', async () => {
    await writeManifest(runDir, manifest)
    await log(started, { ...epoch, epoch: 0 }, { ...gamma, epoch: 0 })
    const feed = new RunFeed(runDir)
    const looking = feed.look()
    feed.startOver()
    expect((await looking)?.epochs?.reset).toBe(true)
    expect(await feed.look()).toBeUndefined()
    const lookingAtGammas = feed.lookAtGammas()
    feed.startOver()
    expect((await lookingAtGammas)?.gammas?.reset).toBe(true)
    expect(await feed.lookAtGammas()).toBeUndefined()
  })

  it('tells advice alone when what the run started from turns out', async () => {
    await writeManifest(runDir, manifest)
    await log(started, { ...epoch, epoch: 0 }, { ...gamma, epoch: 0 })
    const feed = new RunFeed(runDir)
    await feed.look()
    await feed.lookAtGammas()
    feed.before = 0.8
    expect(await feed.look()).toBeUndefined()
    expect(Object.keys((await feed.lookAtGammas()) ?? {})).toEqual(['advice'])
    feed.before = 0.8
    expect(await feed.lookAtGammas()).toBeUndefined()
  })

  it('tells of a run that has not begun, without advice', async () => {
    await writeManifest(runDir, { ...manifest, stage: 'train' })
    const feed = new RunFeed(runDir)
    expect((await feed.look())?.run.state).toBe('queued')
    expect((await feed.lookAtGammas())?.advice).toBeNull()
  })

  it('tells once what a prune did, as the page understands it', async () => {
    await writeManifest(runDir, { ...manifest, stage: 'prune' })
    const [model, layers] = [{ before: 4, after: 1 }, [{ name: 'a', before: 16, after: 8 }]]
    const figures = { threshold: 0.3, percentAsked: null, percentReached: 0.5, layers }
    const sizes = { parameters: model, gflops: model, bytes: model }
    await log({ v: 1, t: 1, type: 'pruned', output: '/p.pt', ...figures, ...sizes })
    const feed = new RunFeed(runDir)
    const pruned = (await feed.look())?.pruned
    const message = v.parse(dashboardContract.toPage, { type: 'pruned', runDir, pruned })
    expect(message).toEqual({ type: 'pruned', runDir, pruned: { ...figures, ...sizes } })
    expect(await feed.look()).toBeUndefined()
  })

  it('gives the exact gammas of one epoch', async () => {
    await writeManifest(runDir, manifest)
    await log({ ...gamma, epoch: 4 })
    const feed = new RunFeed(runDir)
    await feed.look()
    expect((await feed.exactly(4))?.epochs).toEqual(Float64Array.of(4))
    expect(await feed.exactly(5)).toBeUndefined()
  })
})

describe('the state that a feed tells', () => {
  const running = { ...manifest, process: { pid: 1, startTime: 'x' } }
  const finished: RunEvent = { v: 1, t: 2, type: 'finished', summary: { seconds: 1 } }
  const found = vi.mocked(runLiveness)

  it('goes by a last word that came while its process was asked after', async () => {
    await writeManifest(runDir, running)
    await log(started)
    found.mockImplementation(async () => {
      await log({ ...epoch, epoch: 0 }, finished)
      return 'gone'
    })
    const update = await new RunFeed(runDir).look()
    expect(update?.run.state).toBe('finished')
    expect(update?.epochs?.rows.epochs).toEqual(Float64Array.of(0))
  })

  it('waits for the last word of a process that is gone, and looks again soon', async () => {
    await writeManifest(runDir, running)
    await log(started)
    found.mockResolvedValue('alive')
    const feed = new RunFeed(runDir)
    expect((await feed.look(0))?.run.state).toBe('running')
    found.mockResolvedValue('gone')
    const gone = processCheckMs
    expect(await feed.look(gone)).toBeUndefined()
    await log({ v: 1, t: 2, type: 'stopped' })
    expect((await feed.look(gone + lastWordsMs - 1))?.run.state).toBe('stopped')
  })

  it('is interrupted once no last word has come', async () => {
    await writeManifest(runDir, running)
    await log(started)
    found.mockResolvedValue('alive')
    const feed = new RunFeed(runDir)
    await feed.look(0)
    found.mockResolvedValue('gone')
    const gone = processCheckMs
    expect(await feed.look(gone)).toBeUndefined()
    expect(await feed.look(gone + lastWordsMs - 1)).toBeUndefined()
    expect((await feed.look(gone + lastWordsMs))?.run.state).toBe('interrupted')
  })

  it('asks after a process now and then, and never after one whose run has ended', async () => {
    await writeManifest(runDir, running)
    await log(started)
    found.mockResolvedValue('alive')
    const feed = new RunFeed(runDir)
    for (const now of [0, processCheckMs - 1, processCheckMs]) await feed.look(now)
    expect(found).toHaveBeenCalledTimes(2)
    await log(finished)
    expect((await feed.look(10 * processCheckMs))?.run.state).toBe('finished')
    await feed.look(100 * processCheckMs)
    await new RunFeed(runDir).look()
    expect(found).toHaveBeenCalledTimes(2)
  })
})

describe('chooseGammas', () => {
  const epochs = (length: number): number[] => Array.from({ length }, (_, i) => i)

  it('thins a long run, ends included', () => {
    const { reset, epochs: chosen } = chooseGammas(new Set(), epochs(1000), epochs(1000))
    expect(reset).toBe(true)
    expect(chosen).toHaveLength(shownAtFirst)
    expect([chosen[0], chosen.at(-1)]).toEqual([0, 999])
  })

  it('adds what comes, and thins anew once there are too many', () => {
    const sent = new Set(epochs(shownAtFirst))
    const next = shownAtFirst
    expect(chooseGammas(sent, epochs(next + 1), [next])).toEqual({ reset: false, epochs: [next] })
    for (const epoch of epochs(2 * shownAtFirst)) sent.add(epoch)
    const anew = chooseGammas(sent, epochs(2 * shownAtFirst + 1), [2 * shownAtFirst])
    expect(anew.reset).toBe(true)
    expect(anew.epochs).toHaveLength(shownAtFirst)
  })
})
