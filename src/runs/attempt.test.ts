import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { beginAttempt } from './attempt'
import type { RunManifest } from './manifest'
import { identityOf, startSubmitted, submit } from './queue/queue'
import { readTicket } from './queue/tickets'
import { createRunFolder, newRunId, readManifest, updateManifest, writeManifest } from './store'
import { type LaunchSpec, startRun, stopRun } from './supervisor'

let root: string
const before = process.env.YOLOV5_SLIM_QUEUE
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'attempt-'))
  process.env.YOLOV5_SLIM_QUEUE = join(root, 'queue')
})
afterEach(async () => {
  if (before === undefined) delete process.env.YOLOV5_SLIM_QUEUE
  else process.env.YOLOV5_SLIM_QUEUE = before
  await rm(root, { recursive: true, force: true })
})

/** What resumes a run whose process went. */
async function resumed(): Promise<LaunchSpec> {
  const runDir = await createRunFolder(join(root, 'runs/train'), 'exp')
  const manifest: RunManifest = {
    ...{ v: 1, id: newRunId(), stage: 'train', engine: 'builtin', commandLine: [], cwd: root },
    ...{ createdAt: Date.now(), provenance: { slimVersion: '0', sha256: {} } },
  }
  await writeManifest(runDir, { ...manifest, process: { pid: 1, startTime: 'long gone' } })
  const args = ['-e', 'setInterval(() => {}, 1000)']
  return { runDir, manifest, command: process.execPath, args, cwd: root, device: '0' }
}

const facts = { hasGpu: true, visible: undefined }
const inUse = { code: 'resume/in-use' }

test.each([false, true])(
  'of two that resume a run at once, one does (queueing: %s)',
  async (wait) => {
    const launch = await resumed()
    const tries = await Promise.allSettled(
      [1, 2].map(async () => startSubmitted(await submit(launch, { wait, facts }))),
    )
    const [run, another] = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    try {
      expect(another).toBeUndefined()
      expect(tries.find((one) => one.status === 'rejected')?.reason).toMatchObject(inUse)
      expect((await readManifest(launch.runDir)).process).toEqual(run?.manifest.process)
      expect(await readTicket(identityOf(launch))).toBeDefined()
    } finally {
      await stopRun(launch.runDir, { from: 'kill' })
      await run?.exited
    }
  },
)

test('who checked before the other started it, and comes after, changes nothing', async () => {
  const launch = await resumed()
  const run = await startRun(launch)
  try {
    const manifest = await readManifest(launch.runDir)
    await expect(startRun(launch)).rejects.toMatchObject(inUse)
    await expect(startSubmitted({ launch })).rejects.toMatchObject(inUse)
    await expect(submit(launch, { wait: true, facts })).rejects.toMatchObject(inUse)
    expect(await readManifest(launch.runDir)).toEqual(manifest)
  } finally {
    await stopRun(launch.runDir, { from: 'kill' })
    await run.exited
  }
  await beginAttempt(launch)
})

test('one that waits in the queue is not resumed by another, and starts in its turn', async () => {
  const launch = await resumed()
  await updateManifest(launch.runDir, ({ process: _, ...manifest }) => ({
    ...manifest,
    queued: { since: Date.now(), host: 'here' },
  }))
  await expect(beginAttempt(launch)).rejects.toMatchObject(inUse)
  expect((await beginAttempt(launch, true)).queued).toBeUndefined()
})
