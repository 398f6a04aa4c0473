import { existsSync } from 'node:fs'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withFileLock } from './fileLock'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('those who hold a lock take turns, and leave none behind', async () => {
  const path = join(folder, 'file')
  let inside = 0
  let most = 0
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 2))
    inside--
  }
  await Promise.all(Array.from({ length: 20 }, () => withFileLock(path, work)))
  expect(most).toBe(1)
  expect(existsSync(`${path}.lock`)).toBe(false)
})

test.each([
  ['an hour ago', -3600],
  ['an hour ahead, before the clock was set back', 3600],
])('a lock that a dead process left %s is taken over at once', async (_, seconds) => {
  const path = join(folder, 'file')
  await writeFile(`${path}.lock`, '')
  const then = Date.now() / 1000 + seconds
  await utimes(`${path}.lock`, then, then)
  const began = performance.now()
  expect(await withFileLock(path, async () => 'done')).toBe('done')
  expect(performance.now() - began).toBeLessThan(1000)
})
