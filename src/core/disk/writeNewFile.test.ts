import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeNewFile } from './writeNewFile'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'new-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('writes a file and its folder', async () => {
  const path = join(folder, 'data', 'mine.yaml')
  await writeNewFile(path, 'nc: 1')
  expect(await readFile(path, 'utf8')).toBe('nc: 1')
})

test('a file that is there stays as it is', async () => {
  const path = join(folder, 'mine.yaml')
  await writeFile(path, 'theirs')
  await expect(writeNewFile(path, 'ours')).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await readFile(path, 'utf8')).toBe('theirs')
})
