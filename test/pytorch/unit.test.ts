import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { python, runnerMain } from './support'

test('the pieces of the runner, with this Python', () => {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'unit.py')
  const { status, stderr } = spawnSync(python, [script, dirname(runnerMain)], {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  })
  expect(stderr).toMatch(/\nRan \d\d tests/)
  expect(stderr).toMatch(/\nOK\s*$/)
  expect(status).toBe(0)
})
