import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCheckpoint } from '../../src/core/checkpoint/checkpoint'
import { writeSample } from '../../src/engines/builtin/sample/sample'
import { prepareStage } from '../../src/engines/prepareStage'
import { runFiles } from '../../src/runs/store'
import { type LaunchSpec, startRun } from '../../src/runs/supervisor'
import { count, Worst } from './support/figures'
import { faultsOf, kill, killTrainings } from './support/killed'
import { baseline, program, root } from './support/program'
import { randomFor } from './support/random'
import { acknowledged, eventsOf, missing, scratch, until, writerLaunch } from './support/runs'

const writers = 40
const trainings = 10

const folder = scratch('kill')
beforeAll(async () => {
  await writeSample(join(folder.path, 'data'), { train: 16, val: 8, size: 64, seed: 1 })
})
afterAll(folder.dispose)

it(`${writers} children that write events at full speed are killed`, async () => {
  const random = randomFor('kill writers')
  const worst = new Worst()
  const wrong: string[] = []
  let written = 0
  for (let i = 0; i < writers; i++) {
    const run = await startRun(await writerLaunch(folder.path, `writer${i}-`))
    const { runDir } = run
    // Some before there is a log, most in the middle of it.
    if (i % 8 !== 0) await until(() => existsSync(runFiles(runDir).events))
    await sleep(random.below(150))
    await worst.of(async () => {
      kill(run)
      await run.exited
    })
    const said = acknowledged(runDir)
    written += said
    const lost = missing(await eventsOf(runDir), said)
    wrong.push(...(lost > 0 ? [`${lost} events lost`] : []), ...(await faultsOf(runDir)))
  }
  count({
    fault: `child killed (writes ${Math.round(written / writers)} events)`,
    tried: writers,
    wrong: wrong.length,
    worstMs: worst.ms,
  })
  expect(wrong).toEqual([])
  expect(written).toBeGreaterThan(writers)
})

function training(...args: string[]): Promise<LaunchSpec> {
  const common = [
    '--data',
    'data/data.yaml',
    '--img',
    '32',
    '--batch-size',
    '8',
    '--project',
    'runs/train',
  ]
  const words = args.includes('--resume') ? args : [...args, ...common, '--threads', '1']
  return prepareStage({
    ...{ stage: 'train', args: words, cwd: folder.path, commandLine: ['train', ...words] },
    ...{ engine: 'builtin', namesPython: false, detection: undefined, slimVersion: '0' },
    ...{ planner: [process.execPath, program, 'internal-plan'], runner: '' },
    builtin: join(root, 'dist/builtin/main.cjs'),
  })
}

/** What is wrong with the files of a training that was killed: each checkpoint is whole, each row of results is. */
async function fileFaults(runDir: string): Promise<string[]> {
  const faults: string[] = []
  const weights = await readdir(join(runDir, 'weights')).catch(() => [])
  for (const name of weights.filter((file) => file.endsWith('.pt'))) {
    try {
      openCheckpoint(join(runDir, 'weights', name)).close()
    } catch (error) {
      faults.push(`${name}: ${error}`)
    }
  }
  const results = await readFile(join(runDir, 'results.csv'), 'utf8').catch(() => '')
  const rows = results.split('\n').slice(0, -1)
  faults.push(...rows.filter((row) => row.split(',').length !== 14).map((row) => `row ${row}`))
  for (const event of await eventsOf(runDir)) {
    if (event.type === 'checkpoint' && !existsSync(event.path)) faults.push(`no ${event.path}`)
  }
  return faults
}

it(`${trainings} real trainings are killed, and the last goes on where it was`, async () => {
  await killTrainings({
    fault: 'child killed (the built-in engine, training)',
    trainings,
    start: async (name) =>
      startRun(await training('--weights', baseline, '--epochs', '200', '--name', name)),
    resume: async (runDir) => startRun(await training('--resume', runDir)),
    fileFaults,
  })
})
