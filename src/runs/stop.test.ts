import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SlimError } from '../core/errors'
import { liveness } from './processIdentity'
import { createRunFolder, newRunId } from './store'
import { startRun, stopRun } from './supervisor'

const disk = vi.hoisted(() => ({ isFull: false }))
vi.mock('./fileLock', async (original) => {
  const real = await original<typeof import('./fileLock')>()
  const withFileLock: typeof real.withFileLock = async (path, work) => {
    if (disk.isFull) throw new SlimError('disk/full', `no space for ${path}`, '')
    return real.withFileLock(path, work)
  }
  return { withFileLock }
})

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stop-'))
})
afterEach(async () => {
  disk.isFull = false
  await rm(root, { recursive: true, force: true })
})

test('a disk that takes no note keeps no run from being stopped', async () => {
  const runDir = await createRunFolder(root, 'exp')
  const run = await startRun({
    ...{ runDir, command: process.execPath, cwd: root },
    args: ['-e', 'setInterval(() => {}, 1000)'],
    manifest: {
      ...{ v: 1, id: newRunId(), stage: 'train', engine: 'builtin', commandLine: [], cwd: root },
      ...{ createdAt: Date.now(), provenance: { slimVersion: '0', sha256: {} } },
    },
  })
  disk.isFull = true
  expect(await stopRun(runDir, { from: 'kill' })).toEqual({ by: 'kill', processes: 1 })
  await run.exited.catch(() => undefined)
  const { process: leader } = run.manifest
  expect(leader && (await liveness(leader))).toBe('gone')
})
