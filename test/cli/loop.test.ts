import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import type { RunManifest } from '../../src/runs/manifest'
import { readRun } from '../../src/runs/snapshot'
import { root, scratchFolder, slim } from './program'

const scratch = scratchFolder()
afterAll(scratch.dispose)

const env = {
  YOLOV5_SLIM_BACKENDS: join(scratch.path, 'none'),
  YOLOV5_SLIM_QUEUE: join(scratch.path, 'queue'),
  XDG_DATA_HOME: join(scratch.path, 'home'),
}
const run = (...args: string[]) => slim(args, { cwd: scratch.path, env })
const loop = (name: string, ...rest: string[]) =>
  run(
    ...['loop', '--engine', 'builtin', '--weights', join(root, 'media/sample/baseline.pt')],
    ...['--img', '64', '--batch-size', '8', '--epochs', '1', '--threads', '1'],
    ...['--project', 'runs', '--name', name, '--detach', '--json', ...rest],
  )

it('goes through all stages in a process of its own, after the one that started it has ended', async () => {
  const sizes = ['--train', '16', '--val', '8', '--size', '64']
  const { data } = JSON.parse((await run('sample', 'shapes', ...sizes, '--json')).stdout)
  const started = await loop('all', '--data', data, '--queue')
  expect(started.code, started.stderr).toBe(0)
  const { runDir, log } = JSON.parse(started.stdout)
  expect(runDir).toBe(join(scratch.path, 'runs', 'all'))
  const last = join(scratch.path, 'runs', 'all-finetuned')
  const ended = async () =>
    existsSync(join(last, 'slim/run.json')) && (await readRun(last)).state === 'finished'
  for (let i = 0; i < 1500 && !(await ended()); i++) await sleep(100)
  expect(await ended(), readFileSync(log, 'utf8')).toBe(true)
  expect(existsSync(join(runDir, 'weights', 'pruned.pt'))).toBe(true)
  const manifest: RunManifest = JSON.parse(readFileSync(join(last, 'slim/run.json'), 'utf8'))
  // As one would type it to do that stage again.
  expect(manifest.commandLine[0]).toBe('finetune')
  expect(manifest.commandLine).toContain(join(runDir, 'weights', 'pruned.pt'))
}, 180_000)

it('tells what is wrong before it lets go', async () => {
  const refused = await loop('none', '--data', 'nowhere.yaml')
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('nowhere.yaml')
  expect(refused.stdout).toBe('')
})
