import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sameFolder, spelledBelow, withSmallDrive } from './spelling'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'spelling-')))
  await mkdir(join(root, 'disk/runs/exp'), { recursive: true })
  await symlink(join(root, 'disk'), join(root, 'link'), 'junction')
})
afterEach(() => rm(root, { recursive: true, force: true }))

test('a folder is named through the link that its root was opened through', async () => {
  const roots = [join(root, 'elsewhere'), join(root, 'link')]
  const named = join(root, 'link/runs/exp')
  expect(await spelledBelow(roots, join(root, 'disk/runs/exp'))).toBe(named)
  expect(await spelledBelow(roots, named)).toBe(named)
  expect(await spelledBelow(roots, join(root, 'other/exp'))).toBe(join(root, 'other/exp'))
})

test('a folder is found among others whatever its path', async () => {
  const others = [join(root, 'runs/exp'), join(root, 'link/runs/exp')]
  expect(await sameFolder(join(root, 'disk/runs/exp'), others)).toBe(others[1])
  expect(await sameFolder(join(root, 'disk/runs/exp2'), others)).toBeUndefined()
})

test.each([
  ['C:\\a\\B', 'c:\\a\\B'],
  ['c:/a', 'c:/a'],
  ['/C:/a', '/C:/a'],
])('%s counts as %s', (path, counted) => expect(withSmallDrive(path)).toBe(counted))
