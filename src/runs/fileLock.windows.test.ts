import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { withFileLock } from './fileLock'

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  return { ...real, open: vi.fn(real.open), readFile: vi.fn(real.readFile), rm: vi.fn(real.rm) }
})

const { platform } = process
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
  Object.defineProperty(process, 'platform', { value: 'win32' })
})
afterEach(async () => {
  Object.defineProperty(process, 'platform', { value: platform })
  for (const mocked of [open, readFile, rm]) vi.mocked(mocked).mockClear()
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

test.each([
  ['read for a moment', () => vi.mocked(readFile).mockImplementationOnce(refused)],
  ['read at all', () => vi.mocked(readFile).mockRejectedValueOnce(new Error('EIO'))],
  ['removed for a moment', () => vi.mocked(rm).mockImplementationOnce(refused)],
])('a lock that cannot be %s is not left behind', async (_, refuse) => {
  const path = join(folder, 'file')
  refuse()
  expect(await withFileLock(path, async () => 'done')).toBe('done')
  expect(existsSync(`${path}.lock`)).toBe(false)
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
