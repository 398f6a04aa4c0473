import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeFileAtomically } from './writeFileAtomically'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'write-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('replaces a file, and leaves nothing beside it', async () => {
  const target = join(folder, 'target')
  await writeFile(target, 'old')
  await writeFileAtomically(target, 'new')
  expect(await readFile(target, 'utf8')).toBe('new')
  expect(await readdir(folder)).toEqual(['target'])
})

test('what can not be replaced stays, and nothing is left beside it', async () => {
  const target = join(folder, 'target')
  await mkdir(target)
  await writeFile(join(target, 'inside'), '')
  await expect(writeFileAtomically(target, 'x')).rejects.toThrow()
  expect(await readdir(folder)).toEqual(['target'])
})
