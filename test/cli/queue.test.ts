import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunManifest } from '../../src/runs/manifest'
import { startSubmitted, submit } from '../../src/runs/queue/queue'
import { readTicket } from '../../src/runs/queue/tickets'
import { createRunFolder, newRunId, writeManifest } from '../../src/runs/store'
import { type StartedRun, stopRun } from '../../src/runs/supervisor'
import { root, scratchFolder, slim } from './program'

const scratch = scratchFolder()
const queue = join(scratch.path, 'queue')
const before = process.env.YOLOV5_SLIM_QUEUE
let holder: StartedRun

beforeAll(async () => {
  process.env.YOLOV5_SLIM_QUEUE = queue
  mkdirSync(join(scratch.path, 'runs'))
  const runDir = await createRunFolder(join(scratch.path, 'runs/train'), 'holder')
  const manifest: RunManifest = {
    ...{ v: 1, id: newRunId(), stage: 'train', engine: 'builtin', commandLine: ['train'] },
    ...{ cwd: scratch.path, createdAt: Date.now(), provenance: { slimVersion: '0', sha256: {} } },
  }
  await writeManifest(runDir, manifest)
  const facts = { hasGpu: false }
  const submission = await submit(
    {
      ...{ runDir, manifest, device: 'cpu', command: process.execPath, cwd: scratch.path },
      args: ['-e', 'setTimeout(() => {}, 300000)'],
    },
    { wait: true, facts },
  )
  holder = await startSubmitted(submission)
})
afterAll(async () => {
  await stopRun(holder.runDir, { from: 'kill' })
  await holder.exited
  if (before === undefined) delete process.env.YOLOV5_SLIM_QUEUE
  else process.env.YOLOV5_SLIM_QUEUE = before
  scratch.dispose()
})

it('--queue --detach leaves a run waiting for its device, from where stop takes it', async () => {
  const options = { cwd: scratch.path, env: { YOLOV5_SLIM_QUEUE: queue } }
  const sample = ['sample', 'data', '--train', '8', '--val', '4', '--size', '32']
  expect((await slim(sample, options)).code).toBe(0)
  const weights = join(root, 'media/sample/baseline.pt')
  const { code, stdout, stderr } = await slim(
    [
      ...['sparse', '--weights', weights, '--data', 'data/data.yaml', '--epochs', '1'],
      ...['--batch-size', '4', '--img', '32', '--engine', 'builtin', '--device', 'wasm'],
      ...['--project', 'runs/train', '--name', 'waits', '--queue', '--detach', '--json'],
    ],
    options,
  )
  expect([code, stderr]).toEqual([0, expect.stringContaining('runs ahead of it: 1')])
  const { id, pid, runDir } = JSON.parse(stdout)
  expect(pid).toBeNull()
  const state = async () => {
    const answer = await slim(['runs', '--json'], options)
    return JSON.parse(answer.stdout).find((run: { id: string }) => run.id === id).state
  }
  expect(await state()).toBe('queued')
  // As a restart of the machine does.
  const waiter = async () => (await readTicket({ id, runDir }))?.waiter
  const before = await waiter()
  process.kill(before?.pid ?? 0, 'SIGKILL')
  expect(await state()).toBe('queued')
  await expect.poll(async () => (await waiter())?.pid).not.toBe(before?.pid)
  const stopped = await slim(['stop', 'waits', '--json'], options)
  expect(JSON.parse(stopped.stdout)).toMatchObject({ by: 'queue' })
  expect(await state()).toBe('stopped')
})

it('without --queue, a run says whose device it shares', async () => {
  const options = { cwd: scratch.path, env: { YOLOV5_SLIM_QUEUE: queue } }
  const weights = join(root, 'media/sample/baseline.pt')
  const { code, stderr } = await slim(
    [
      ...['val', '--weights', weights, '--data', 'data/data.yaml', '--img', '32'],
      ...['--engine', 'builtin', '--device', 'wasm', '--detach', '--json'],
      ...['--project', 'runs/train', '--name', 'shares'],
    ],
    options,
  )
  expect([code, stderr]).toEqual([
    ...[0, expect.stringContaining(`sharing cpu with ${holder.runDir}; --queue waits`)],
  ])
  await slim(['stop', 'shares', '--json'], options)
})
