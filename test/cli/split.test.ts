import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { scratchFolder, slim } from './program'

const scratch = scratchFolder()
afterAll(scratch.dispose)

it('divides by lists, and asks before it replaces them', async () => {
  mkdirSync(join(scratch.path, 'set/images'), { recursive: true })
  for (let i = 0; i < 10; i++) writeFileSync(join(scratch.path, 'set/images', `${i}.jpg`), '')
  const run = (...args: string[]) => slim(['split', 'set', ...args], { cwd: scratch.path })
  const first = await run('--val', '0.3', '--json')
  expect(first.code, first.stderr).toBe(0)
  expect(JSON.parse(first.stdout).counts).toEqual({ train: 7, val: 3, test: 0 })
  const val = readFileSync(join(scratch.path, 'set/val.txt'), 'utf8')
  expect(val.trim().split('\n')).toHaveLength(3)
  const again = await run()
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('split/exists')])
  expect((await run('--val', '0.3', '--force')).code).toBe(0)
  expect(readFileSync(join(scratch.path, 'set/val.txt'), 'utf8')).toBe(val)
})
