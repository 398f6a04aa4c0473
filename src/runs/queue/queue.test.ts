import { mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RunManifest } from '../manifest'
import { liveness } from '../processIdentity'
import { readRun } from '../snapshot'
import { createRunFolder, newRunId, readManifest, runFiles, writeManifest } from '../store'
import { type LaunchSpec, type StartedRun, stopRun } from '../supervisor'
import { devicesOf } from './devices'
import {
  adoptAbandoned,
  adoptQueued,
  handOver,
  identityOf,
  startInTurn,
  startSubmitted,
  submit,
} from './queue'
import { readTicket, readTickets, withQueue, writeTicket } from './tickets'

let root: string
const started: StartedRun[] = []
const before = process.env.YOLOV5_SLIM_QUEUE
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'queue-'))
  process.env.YOLOV5_SLIM_QUEUE = join(root, 'queue')
})
afterEach(async () => {
  for (const run of started.splice(0)) {
    await stopRun(run.runDir, { from: 'kill' }).catch(() => undefined)
    await run.exited
  }
  if (before === undefined) delete process.env.YOLOV5_SLIM_QUEUE
  else process.env.YOLOV5_SLIM_QUEUE = before
  await rm(root, { recursive: true, force: true })
})

const facts = { hasGpu: true, visible: undefined }
const waiting = { wait: true, facts }

/** A child that is `running` until it is asked to end, or for `ms`. */
async function launch(device: string, ms = 60_000): Promise<LaunchSpec> {
  const runDir = await createRunFolder(join(root, 'runs/train'), 'exp')
  const manifest: RunManifest = {
    ...{ v: 1, id: newRunId(), stage: 'train', engine: 'pytorch', commandLine: ['train'] },
    ...{ cwd: root, createdAt: Date.now(), provenance: { slimVersion: '0', sha256: {} } },
  }
  await writeManifest(runDir, manifest)
  const events = JSON.stringify(runFiles(runDir).events)
  const script = `
    const say = (e) => require('node:fs').appendFileSync(${events}, JSON.stringify({ v: 1, t: Date.now(), ...e }) + '\\n')
    say({ type: 'started', engine: 't', devices: [], versions: {}, epochs: 1, batchSize: 1, imageSize: 32, layers: [] })
    process.on('SIGINT', () => { say({ type: 'stopped' }); process.exit(0) })
    setTimeout(() => { say({ type: 'finished', summary: { seconds: 1 } }); process.exit(0) }, ${ms})`
  return { runDir, manifest, device, command: process.execPath, args: ['-e', script], cwd: root }
}

async function start(device: string, ms?: number): Promise<StartedRun> {
  const submission = await submit(await launch(device, ms), waiting)
  expect(submission.ahead).toEqual([])
  const run = await startSubmitted(submission)
  started.push(run)
  return run
}

/** Puts a run's manifest out of reach. @returns brings it back */
async function hideManifest(runDir: string): Promise<() => Promise<void>> {
  const { manifest } = runFiles(runDir)
  await rename(manifest, `${manifest}.aside`)
  await symlink(manifest, manifest)
  return () => rename(`${manifest}.aside`, manifest)
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await check()) return
    await sleep(50)
  }
  throw new Error('waited in vain')
}

describe('devicesOf', () => {
  test.each([
    ['', { hasGpu: false }, ['cpu']],
    ['', { hasGpu: true }, ['gpu:0']],
    ['', { hasGpu: true, visible: '2,3' }, ['gpu:2']],
    ['0', { hasGpu: true, visible: '2,3' }, ['gpu:0']],
    ['1,0', { hasGpu: true }, ['gpu:0', 'gpu:1']],
    ['cuda:1', { hasGpu: true }, ['gpu:1']],
    ['cpu', { hasGpu: true }, ['cpu']],
    ['wasm', { hasGpu: true }, ['cpu']],
    ['webgpu', { hasGpu: false }, ['gpu:0']],
    ['mps', { hasGpu: false }, ['gpu:0']],
  ])('%j with %j', (flag, some, devices) => expect(devicesOf(flag, some)).toEqual(devices))
})

describe('submit', () => {
  test('a free device is taken at once, and runs on other devices do not matter', async () => {
    const run = await start('0')
    expect((await readManifest(run.runDir)).devices).toEqual(['gpu:0'])
    expect((await submit(await launch('1'), waiting)).ahead).toEqual([])
  })

  test('a busy device makes a run queued on disk, without a process', async () => {
    const first = await start('0')
    const second = await submit(await launch('0,1'), waiting)
    expect(second.ahead.map(({ id }) => id)).toEqual([first.manifest.id])
    const run = await readRun(second.runDir)
    expect([run.state, run.manifest.process]).toEqual(['queued', undefined])
    const third = await submit(await launch('1'), waiting)
    expect(third.ahead.map(({ id }) => id)).toEqual([run.manifest.id])
  })

  test('who does not wait shares the device', async () => {
    const first = await start('0')
    const waits = await submit(await launch('0'), waiting)
    const other = await submit(await launch('1'), { wait: false, facts })
    expect([waits.shares, other.shares]).toEqual([[], []])
    const { ahead, shares } = await submit(await launch('0,1'), { wait: false, facts })
    expect(ahead).toEqual([])
    expect(shares.map(({ runDir }) => runDir)).toEqual([first.runDir, other.runDir])
  })

  // Windows knows neither signals nor links to oneself.
  const testPosix = test.skipIf(process.platform === 'win32')
  testPosix(
    'a claim of a later attempt does not go with the process of an earlier one',
    async () => {
      const spec = await launch('0')
      const args = spec.args.map((arg) =>
        arg.replace('process.exit(0)', 'setTimeout(process.exit, 500)'),
      )
      const first = await startSubmitted(await submit({ ...spec, args }, waiting))
      started.push(first)
      await until(async () => (await readRun(first.runDir)).state === 'running')
      process.kill(first.manifest.process?.pid ?? 0, 'SIGINT')
      await until(async () => (await readRun(first.runDir)).state === 'stopped')
      const { process: _, ...manifest } = await readManifest(first.runDir)
      const again = await submit({ ...spec, manifest }, waiting)
      expect(again.ahead).toEqual([])
      await first.exited
      await sleep(200)
      expect(await readTicket(identityOf(again.launch))).toBeDefined()
    },
  )

  testPosix('a run whose manifest is out of reach for the moment keeps its device', async () => {
    const run = await start('0')
    const restore = await hideManifest(run.runDir)
    expect((await submit(await launch('0'), waiting)).ahead.map(({ id }) => id)).toEqual([
      run.manifest.id,
    ])
    await restore()
  })

  testPosix('and frees it once the process that its claim names is gone', async () => {
    const { launch: begun } = await submit(await launch('0'), waiting)
    expect((await readTicket(identityOf(begun)))?.process).toEqual(begun.manifest.starter)
    const run = await startSubmitted({ launch: begun })
    started.push(run)
    const ticket = await readTicket(identityOf(run))
    expect(ticket?.process).toEqual(run.manifest.process)
    const restore = await hideManifest(run.runDir)
    // As that of an earlier boot.
    const process = ticket?.process && { ...ticket.process, startTime: 'earlier' }
    if (ticket && process) await writeTicket({ ...ticket, process })
    expect((await submit(await launch('0'), waiting)).ahead).toEqual([])
    await restore()
  })

  test('a claim goes with its process, whoever started it', async () => {
    const run = await start('0', 1)
    await run.exited
    expect(await readTicket(identityOf(run))).toBeUndefined()
    await until(async () => (await withQueue(() => readTickets())).length === 0)
    expect((await submit(await launch('0'), waiting)).ahead).toEqual([])
  })
})

describe('startInTurn', () => {
  test('starts when those ahead are over, in the order of arrival', async () => {
    const first = await start('0')
    const second = await submit(await launch('0'), waiting)
    const third = await submit(await launch('0'), waiting)
    const ahead: string[][] = []
    const order: string[] = []
    const turn = async (name: string, { launch: queued }: typeof second): Promise<void> => {
      const onAhead = (list: readonly { id: string }[]) => ahead.push(list.map(({ id }) => id))
      const run = await startInTurn(identityOf(queued), { lookMs: 20, onAhead })
      if (!run) return
      order.push(name)
      started.push(run)
    }
    const turns = [turn('third', third), turn('second', second)]
    await sleep(100)
    expect(order).toEqual([])
    await stopRun(first.runDir)
    await turns[1]
    expect(order).toEqual(['second'])
    expect((await readRun(third.runDir)).state).toBe('queued')
    await stopRun(second.runDir)
    await turns[0]
    expect(order).toEqual(['second', 'third'])
    expect(ahead.flat()).toContain(first.manifest.id)
    await until(async () => (await readRun(third.runDir)).state === 'running')
    expect((await readManifest(third.runDir)).queued).toBeUndefined()
  })

  test('two processes that wait for one run start it once', async () => {
    const first = await start('0', 200)
    const { launch: queued } = await submit(await launch('0'), waiting)
    const turns = [1, 2].map(() => startInTurn(identityOf(queued), { lookMs: 5 }))
    await first.exited
    const runs = (await Promise.all(turns)).filter((run) => run !== undefined)
    started.push(...runs)
    expect(runs).toHaveLength(1)
  })

  test('a queued run can be stopped, which its waiter notices', async () => {
    await start('0')
    const second = await submit(await launch('0'), waiting)
    const turn = startInTurn(identityOf(second.launch), { lookMs: 20 })
    expect(await stopRun(second.runDir)).toEqual({ by: 'queue', processes: 0 })
    expect(await turn).toBeUndefined()
    expect((await readRun(second.runDir)).state).toBe('stopped')
  })

  test('a queued run whose folder is deleted is forgotten', async () => {
    await start('0')
    const second = await submit(await launch('0'), waiting)
    await rm(second.runDir, { recursive: true })
    expect(await startInTurn(identityOf(second.launch), { lookMs: 20 })).toBeUndefined()
    expect(await readTicket(identityOf(second.launch))).toBeUndefined()
  })

  test('a copy of a queued run, which has its id, waits on its own', async () => {
    const first = await start('0')
    const second = await submit(await launch('0'), waiting)
    const { manifest } = second.launch
    const copy = await submit({ ...(await launch('0')), manifest }, waiting)
    expect(copy.ahead.map(({ runDir }) => runDir)).toEqual([first.runDir, second.runDir])
    await stopRun(second.runDir)
    await stopRun(first.runDir)
    const run = await startInTurn(identityOf(copy.launch), { lookMs: 20 })
    if (run) started.push(run)
    expect(run?.runDir).toBe(copy.runDir)
  })

  test('a ticket counts whichever way its folder is named', async () => {
    await start('0')
    const { launch: queued, runDir } = await submit(await launch('0'), waiting)
    await symlink('runs', join(root, 'link'))
    const linked = runDir.replace(join(root, 'runs'), join(root, 'link'))
    await adoptQueued([await readRun(linked)], [])
    expect((await readRun(runDir)).state).toBe('queued')
    expect(await readTicket({ ...identityOf(queued), runDir: linked })).toBeDefined()
  })

  test('a queued run starts in the environment that it was submitted in', async () => {
    const first = await start('0')
    const spec = await launch('0')
    const names = ['CUDA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'VIRTUAL_ENV', 'HOME']
    const args = ['-p', `${JSON.stringify(names)}.map((name) => process.env[name] ?? '-').join()`]
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '1')
    vi.stubEnv('HIP_VISIBLE_DEVICES', undefined)
    vi.stubEnv('VIRTUAL_ENV', '/submitter')
    await submit({ ...spec, args }, waiting)
    for (const name of names) vi.stubEnv(name, '/adopter')
    await stopRun(first.runDir)
    const run = await startInTurn(identityOf(spec), { lookMs: 20 })
    vi.unstubAllEnvs()
    await run?.exited
    const output = await readFile(runFiles(spec.runDir).output, 'utf8')
    expect(output.trim()).toBe('1,-,/submitter,/adopter')
  })

  test('a run that stopped before waits again under its old id', async () => {
    const first = await start('0')
    const again = await start('1', 1)
    await again.exited
    await until(async () => (await readRun(again.runDir)).state === 'finished')
    const { process: _, ...manifest } = again.manifest
    const spec = { ...(await launch('0')), runDir: again.runDir, manifest }
    await writeManifest(again.runDir, manifest)
    await submit(spec, waiting)
    expect((await readRun(again.runDir)).state).toBe('queued')
    await stopRun(first.runDir)
  })
})

describe('handOver', () => {
  const sleeper = [process.execPath, '-e', 'setTimeout(() => {}, 20000)', '--']

  test('names a process of its own as the one that waits; a second one is not started', async () => {
    await start('0')
    const { launch: queued, runDir } = await submit(await launch('0,1'), waiting)
    const run = identityOf(queued)
    expect(await handOver(run, sleeper)).toBe(false)
    expect(await handOver(run, sleeper, process.pid)).toBe(true)
    expect(await handOver(run, sleeper)).toBe(false)
    const waiter = (await readTicket(run))?.waiter
    expect(waiter && (await liveness(waiter))).toBe('alive')
    if (waiter) process.kill(waiter.pid, 'SIGKILL')
    await until(async () => waiter !== undefined && (await liveness(waiter)) === 'gone')
    // Nobody is there to start it, so it does not keep others waiting.
    const free = await submit(await launch('1,2'), waiting)
    expect(free.ahead).toEqual([])
    await Promise.all([1, 2].map(async () => adoptQueued([await readRun(runDir)], sleeper)))
    const adopter = (await readTicket(run))?.waiter
    expect(adopter?.pid).not.toBe(waiter?.pid)
    expect(adopter && (await liveness(adopter))).toBe('alive')
    await adoptAbandoned(sleeper)
    expect((await readTicket(run))?.waiter).toEqual(adopter)
    if (adopter) process.kill(adopter.pid, 'SIGKILL')
    await until(async () => adopter !== undefined && (await liveness(adopter)) === 'gone')
    await adoptAbandoned(sleeper)
    const last = (await readTicket(run))?.waiter
    expect(last && (await liveness(last))).toBe('alive')
    if (last) process.kill(last.pid, 'SIGKILL')
  })
})

test('a queued run that the queue does not know is failed, not shown as waiting for ever', async () => {
  const { runDir, manifest } = await launch('0')
  await writeManifest(runDir, { ...manifest, queued: { since: Date.now(), host: hostname() } })
  await adoptQueued([await readRun(runDir)], [])
  expect((await readRun(runDir)).summary.failure?.code).toBe('queue/lost')
})

test('a run that waits in the queue of somebody else is left to it', async () => {
  await start('0')
  const { runDir } = await submit(await launch('0'), waiting)
  process.env.YOLOV5_SLIM_QUEUE = join(root, 'another')
  await adoptQueued([await readRun(runDir)], [])
  expect((await readRun(runDir)).state).toBe('queued')
})

test('without a place for tickets a run starts all the same, unless it shall wait', async () => {
  process.env.YOLOV5_SLIM_QUEUE = join(process.execPath, 'queue')
  expect((await submit(await launch('0'), { wait: false, facts })).ahead).toEqual([])
  await expect(submit(await launch('0'), waiting)).rejects.toMatchObject({ code: 'queue/folder' })
})

test('a torn or foreign ticket is passed over, and left', async () => {
  const { launch: spec } = await submit(await launch('0'), waiting)
  const ticket = await readTicket(identityOf(spec))
  if (ticket) await writeTicket({ ...ticket, id: 'other', host: 'somewhere.else' })
  expect((await submit(await launch('0'), waiting)).ahead.map(({ id }) => id)).toEqual([
    spec.manifest.id,
  ])
  expect(await readdir(join(root, 'queue'))).toContain('other.json')
})
