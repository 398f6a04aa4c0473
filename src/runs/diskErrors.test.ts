import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appendWhole, asDiskError } from './diskErrors'
import { appendEvent } from './eventLog'
import { writeFileAtomically } from './store'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const failing = (code: string) => Object.assign(new Error(code), { code })

test.each([
  ['ENOSPC', 'disk/full'],
  ['EDQUOT', 'disk/full'],
  ['EROFS', 'disk/read-only'],
  ['EACCES', 'disk/read-only'],
  ['ENOENT', 'disk/folder-gone'],
])('%s is told as %s, with the file', (cause, code) => {
  expect(asDiskError('/a/b', failing(cause))).toMatchObject({
    ...{ code, message: expect.stringContaining('/a/b') },
  })
})

test('any other error stays what it is', () => {
  const error = failing('EIO')
  expect(asDiskError('/a/b', error)).toBe(error)
})

test('what is appended follows upon what is there', async () => {
  const path = join(folder, 'results.csv')
  await appendWhole(path, 'a\n')
  await appendWhole(path, Buffer.from('b\n'))
  expect(await readFile(path, 'utf8')).toBe('a\nb\n')
})

// Every write to /dev/full fails as on a full disk.
test.runIf(process.platform === 'linux')('a full disk is told by who writes', async () => {
  const full = { code: 'disk/full', message: expect.stringContaining('/dev/full') }
  await expect(appendWhole('/dev/full', 'x')).rejects.toMatchObject(full)
  await expect(appendEvent('/dev/full', { type: 'stopped' })).rejects.toMatchObject(full)
})

test('a file that can not be replaced stays, and nothing is left beside it', async () => {
  const target = join(folder, 'target')
  await mkdir(target)
  await writeFile(join(target, 'inside'), '')
  await expect(writeFileAtomically(target, 'x')).rejects.toThrow()
  expect(await readdir(folder)).toEqual(['target'])
})
