import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { withFileLock } from './fileLock'

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return { ...real, open: vi.fn(real.open) }
})

const { platform } = process
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
  Object.defineProperty(process, 'platform', { value: 'win32' })
})
afterEach(async () => {
  Object.defineProperty(process, 'platform', { value: platform })
  vi.mocked(open).mockClear()
  await rm(folder, { recursive: true, force: true })
})

const refused = () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }))

test('a lock that is being removed while somebody looks at it is waited for', async () => {
  vi.mocked(open).mockImplementationOnce(refused).mockImplementationOnce(refused)
  expect(await withFileLock(join(folder, 'file'), async () => 'done')).toBe('done')
})

test('however long it was held before', async () => {
  const path = join(folder, 'file')
  const first = withFileLock(path, () => new Promise((resolve) => setTimeout(resolve, 1300)))
  const second = withFileLock(path, async () => 'done')
  await new Promise((resolve) => setTimeout(resolve, 1200))
  vi.mocked(open).mockImplementationOnce(refused)
  expect(await second).toBe('done')
  await first
})

test('a folder that nobody may write to is told after about a second', async () => {
  const real = vi.mocked(open).getMockImplementation()
  vi.mocked(open).mockImplementation(refused)
  const began = performance.now()
  const locked = withFileLock(join(folder, 'file'), async () => 'done')
  await expect(locked).rejects.toMatchObject({ code: 'disk/read-only' })
  expect(performance.now() - began).toBeLessThan(3000)
  if (real) vi.mocked(open).mockImplementation(real)
})
