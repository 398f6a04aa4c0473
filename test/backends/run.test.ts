import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { root, scratchFolder, slim } from '../cli/program'

// Runs from their start to their end in a process of their own: a GPU's library can take it down when it ends.
const scratch = scratchFolder()
const kinds = (process.env.YOLOV5_SLIM_SUITE_BACKENDS ?? '').split(',').filter(Boolean)
const weights = join(root, 'test/golden/network/v6.2.pt')
afterAll(scratch.dispose)

it.each(kinds)('a run on %s ends as it should', async (kind) => {
  const sample = ['sample', kind, '--train', '4', '--val', '4', '--size', '64', '--json']
  const { data } = JSON.parse((await slim(sample, { cwd: scratch.path })).stdout)
  const { code, stderr } = await slim(
    [
      ...['val', '--engine', 'builtin', '--device', kind, '--weights', weights, '--data', data],
      ...['--img', '64', '--project', 'runs', '--name', kind],
    ],
    { cwd: scratch.path },
  )
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const log = (name: string): string =>
    readFileSync(join(scratch.path, 'runs', kind, 'slim', name), 'utf8')
  expect(log('events.jsonl').trim().split('\n').at(-1)).toContain('"finished"')
  expect(log('output.log')).not.toMatch(/fatal|stack trace/i)
})
