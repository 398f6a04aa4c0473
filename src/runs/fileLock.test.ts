import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { withFileLock } from './fileLock'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Twenty want the lock at once. @returns the most that held it at a time */
async function mostInside(path: string): Promise<number> {
  let inside = 0
  let most = 0
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setTimeout(resolve, 2))
    inside--
  }
  await Promise.all(Array.from({ length: 20 }, () => withFileLock(path, work)))
  return most
}

/** A lock that someone made so many seconds ago, or before that time comes. */
async function leaveLock(path: string, holder: string, age: number): Promise<void> {
  await writeFile(`${path}.lock`, holder)
  const then = Date.now() / 1000 - age
  await utimes(`${path}.lock`, then, then)
}

test('those who hold a lock take turns, and leave none behind', async () => {
  const path = join(folder, 'file')
  expect(await mostInside(path)).toBe(1)
  expect(existsSync(`${path}.lock`)).toBe(false)
})

test.each([
  ['an hour ago', -3600],
  ['an hour ahead, before the clock was set back', 3600],
])('a lock that a dead process left %s is taken over at once', async (_, seconds) => {
  const path = join(folder, 'file')
  await leaveLock(path, '', -seconds)
  const began = performance.now()
  expect(await withFileLock(path, async () => 'done')).toBe('done')
  expect(performance.now() - began).toBeLessThan(1000)
})

const ended = spawnSync(process.execPath, ['-e', '']).pid
test.each([
  ['is taken over when its process is gone', `${ended} ${hostname()}`, 2, true],
  ['is left alone in its first second', `${ended} ${hostname()}`, 0, false],
  ['is left alone while its process is there', `${process.pid} ${hostname()}`, 2, false],
  ['is left alone when it is of another machine', `${ended} ${hostname()}2`, 2, false],
])('a fresh lock %s', async (_, holder, age, free) => {
  const path = join(folder, 'file')
  await leaveLock(path, holder, age)
  let taken = false
  const work = withFileLock(path, async () => {
    taken = true
  })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(taken).toBe(free)
  await rm(`${path}.lock`, { force: true })
  await work
})

test('of several who find a lock of a dead process, one at a time gets it', async () => {
  const path = join(folder, 'file')
  await leaveLock(path, `${ended} ${hostname()}`, 2)
  expect(await mostInside(path)).toBe(1)
  expect(await readdir(folder)).toEqual([])
})

/** Holds the lock for a while, and does something meanwhile. @returns whether another got it before the end */
async function othersGetIn(path: string, ms: number, meanwhile: () => Promise<void>) {
  let holds = true
  let gotIn = false
  const first = withFileLock(path, async () => {
    await meanwhile()
    await new Promise((resolve) => setTimeout(resolve, ms))
    holds = false
  })
  await new Promise((resolve) => setTimeout(resolve, 700))
  await withFileLock(path, async () => {
    gotIn = holds
  })
  await first
  return gotIn
}

test('the lock of work that takes long is kept young', async () => {
  const path = join(folder, 'file')
  const then = Date.now() / 1000 - 60
  expect(await othersGetIn(path, 1500, () => utimes(`${path}.lock`, then, then))).toBe(false)
  expect(await readdir(folder)).toEqual([])
})

test('the clock of a file server may be another', async () => {
  const path = join(folder, 'file')
  const { now } = Date
  const ahead = vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000)
  try {
    expect(await othersGetIn(path, 1000, async () => undefined)).toBe(false)
  } finally {
    ahead.mockRestore()
  }
  expect(await readdir(folder)).toEqual([])
})

test('who has lost a lock leaves that of another alone', async () => {
  const path = join(folder, 'file')
  await withFileLock(path, async () => {
    await rm(`${path}.lock`)
    await writeFile(`${path}.lock`, 'another')
    await new Promise((resolve) => setTimeout(resolve, 600))
  })
  expect(await readFile(`${path}.lock`, 'utf8')).toBe('another')
})
