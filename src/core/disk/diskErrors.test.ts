import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { appendWhole, asDiskError } from './diskErrors'

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
})
