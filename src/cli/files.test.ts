import { copyFile as copy, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepExisting } from './files'

const disk = vi.hoisted(() => ({ linkCode: 'EPERM', copyCode: '' }))
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>()
  const failure = (code: string): Error => Object.assign(new Error(code), { code })
  return {
    ...fs,
    link: async (...args: Parameters<typeof fs.link>) => {
      if (disk.linkCode !== '') throw failure(disk.linkCode)
      await fs.link(...args)
    },
    copyFile: async (from: string, to: string, mode?: number) => {
      if (disk.copyCode === '') return fs.copyFile(from, to, mode)
      // What fitted onto the disk.
      await fs.writeFile(to, 'pru')
      throw failure(disk.copyCode)
    },
  }
})

let folder: string
let output: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'))
  output = join(folder, 'pruned.pt')
  await writeFile(output, 'pruned')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test.each(['', 'EPERM'])('an output gets the first free name (link: %j)', async (linkCode) => {
  Object.assign(disk, { linkCode, copyCode: '' })
  await copy(output, join(folder, 'pruned.1.pt'))
  const kept = await keepExisting(output)
  expect(kept?.path).toBe(join(folder, 'pruned.2.pt'))
  expect(await readFile(join(folder, 'pruned.2.pt'), 'utf8')).toBe('pruned')
  await kept?.discard()
  expect(await readdir(folder)).toEqual(['pruned.1.pt', 'pruned.pt'])
  expect(await keepExisting(join(folder, 'none.pt'))).toBeUndefined()
})

test('without hard links and without space nothing half is left, and the error names the file', async () => {
  Object.assign(disk, { linkCode: 'EPERM', copyCode: 'ENOSPC' })
  await expect(keepExisting(output)).rejects.toMatchObject({
    code: 'disk/full',
    message: expect.stringContaining('pruned.1.pt'),
  })
  expect(await readdir(folder)).toEqual(['pruned.pt'])
})
