import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

it('goes on with a stopped run as it was begun, and lists all stages in the end', async () => {
  const sizes = ['--train', '16', '--val', '8', '--size', '64']
  const { data } = JSON.parse((await run('sample', 'more', ...sizes, '--json')).stdout)
  const started = await loop('ends', '--data', data, '--percent', '0.3', '--epochs', '400')
  expect(started.code, started.stderr).toBe(0)
  const { runDir } = JSON.parse(started.stdout)
  while (!existsSync(join(runDir, 'weights/last.pt'))) await sleep(50)
  expect((await run('stop', runDir)).code).toBe(0)
  // One epoch more is enough.
  const done = readFileSync(join(runDir, 'slim/events.jsonl'), 'utf8').match(/"type":"epoch"/g)
  const opt = join(runDir, 'opt.yaml')
  const epochs = `epochs: ${(done?.length ?? 0) + 1}`
  writeFileSync(opt, readFileSync(opt, 'utf8').replace(/^epochs: 400$/m, epochs))

  const elsewhere = join(scratch.path, 'elsewhere')
  mkdirSync(elsewhere)
  const args = ['loop', '--engine', 'builtin', '--resume', runDir, '--epochs', '1']
  const { code, stdout, stderr } = await slim(args, { cwd: elsewhere, env })
  expect(code, stderr).toBe(0)
  const table = stdout.slice(stdout.lastIndexOf('\n\n'))
  for (const name of ['ends', 'ends-pruned', 'ends-finetuned']) {
    const { manifest, state } = await readRun(join(scratch.path, 'runs', name))
    expect(state).toBe('finished')
    if (name === 'ends-pruned') expect(manifest.percent).toBe(0.3)
    expect(table).toMatch(new RegExp(`\\b${name} `))
  }
}, 180_000)

it('without a checkout or --project, the prune lies beside the trainings', async () => {
  const bare = join(scratch.path, 'bare')
  mkdirSync(bare)
  const sizes = ['--train', '16', '--val', '8', '--size', '64']
  const { data } = JSON.parse((await run('sample', 'third', ...sizes, '--json')).stdout)
  const { code, stdout, stderr } = await slim(
    [
      ...['loop', '--engine', 'builtin', '--weights', join(root, 'media/sample/baseline.pt')],
      ...['--img', '64', '--batch-size', '8', '--epochs', '1', '--threads', '1'],
      ...['--data', data, '--name', 'whole'],
    ],
    { cwd: bare, env },
  )
  expect(code, stderr).toBe(0)
  const { manifest } = await readRun(join(bare, 'runs/prune/whole-pruned'))
  expect(manifest.stage).toBe('prune')
  expect(stdout.slice(stdout.lastIndexOf('\n\n'))).toContain('whole-pruned')
}, 180_000)
