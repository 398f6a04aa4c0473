import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RunManifest } from './manifest'
import { readTicket, writeTicket } from './queue/tickets'
import { readManifest, writeManifest } from './store'

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return { ...real, readFile: vi.fn(real.readFile) }
})

const { platform } = process
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'))
  vi.stubEnv('YOLOV5_SLIM_QUEUE', folder)
  Object.defineProperty(process, 'platform', { value: 'win32' })
})
afterEach(async () => {
  Object.defineProperty(process, 'platform', { value: platform })
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

/** As while a virus scanner looks at the file. */
const refuseOnce = () =>
  vi.mocked(readFile).mockRejectedValueOnce(Object.assign(new Error('EBUSY'), { code: 'EBUSY' }))

const manifest: RunManifest = {
  ...{ v: 1, id: 'a', stage: 'train', engine: 'pytorch', commandLine: [], cwd: '/' },
  ...{ createdAt: 1, provenance: { slimVersion: '0', sha256: {} } },
}

test('a manifest that is held open for a moment is read all the same', async () => {
  await writeManifest(folder, manifest)
  refuseOnce()
  expect(await readManifest(folder)).toEqual(manifest)
})

test('and so is a ticket: unread, its device would count as free', async () => {
  const run = { id: 'a', runDir: folder }
  const ticket = { ...run, v: 1, devices: ['gpu:0'], since: 1, host: hostname() } as const
  await writeTicket(ticket)
  refuseOnce()
  refuseOnce()
  expect(await readTicket(run)).toEqual(ticket)
})
