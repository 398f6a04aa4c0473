import { cpSync, existsSync, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../src/core/checkpoint/checkpoint'
import { detectCheckout } from '../../src/core/yolov5/detect'
import { prepareStage } from '../../src/engines/prepareStage'
import { readRun } from '../../src/runs/snapshot'
import { type StartedRun, startRun } from '../../src/runs/supervisor'
import { drawSquares } from '../support/squares'
import { count } from './support/figures'
import { epochsOf, killTrainings } from './support/killed'
import { program, root } from './support/program'
import { eventsOf, scratch, until } from './support/runs'
import { type SmallDisk, smallDisk } from './support/smallDisk'

/** The engine that most people train with, on a stand-in of YOLOv5: real PyTorch, a small network. */
const python = process.env.YOLOV5_SLIM_PYTHON
const trainings = 10
const needs = 'a Python with torch, torchvision, cv2, pandas and yaml (YOLOV5_SLIM_PYTHON)'
const killed = 'child killed (PyTorch, training)'
const filled = 'disk full while PyTorch trains'
if (!python) for (const fault of [killed, filled]) count({ fault, needs })

const folder = scratch('pytorch')
const checkout = join(folder.path, 'checkout')
let disk: SmallDisk | undefined
afterAll(() => {
  disk?.dispose()
  folder.dispose()
})

const common = ['--cfg', 'models/yolov5n.yaml', '--weights', '', '--img', '64', '--workers', '0']

async function begin(project: string, name: string, ...more: string[]): Promise<StartedRun> {
  const place = [
    '--data',
    join(folder.path, 'data/data.yaml'),
    '--project',
    project,
    '--name',
    name,
  ]
  const words = more.includes('--resume')
    ? more
    : [...common, '--batch-size', '8', '--device', 'cpu', ...place, ...more]
  const detection = await detectCheckout(checkout)
  const launch = await prepareStage({
    ...{ stage: 'train', args: words, cwd: checkout, commandLine: ['train', ...words] },
    ...{ engine: 'pytorch', namesPython: true, detection, slimVersion: '0' },
    pythonSettings: { configured: python ?? '' },
    planner: [process.execPath, program, 'internal-plan'],
    runner: join(root, 'dist/runner/main.py'),
    builtin: join(root, 'dist/builtin/main.cjs'),
  })
  return startRun(launch)
}

/** Checkpoints that are not whole. */
async function tornCheckpoints(runDir: string): Promise<string[]> {
  const weights = await readdir(join(runDir, 'weights')).catch(() => [])
  return weights.flatMap((name) => {
    try {
      openCheckpoint(join(runDir, 'weights', name)).close()
      return []
    } catch (error) {
      return name.endsWith('.pt') ? [`${name}: ${error}`] : []
    }
  })
}

describe.skipIf(!python)('a training with PyTorch', () => {
  beforeAll(() => {
    cpSync(join(root, 'test/fixtures/standin-new'), checkout, { recursive: true })
    drawSquares(join(folder.path, 'data'), 16, 8)
  })

  it(`is killed ${trainings} times, and the last goes on where it was`, async () => {
    const project = join(folder.path, 'runs')
    await killTrainings({
      ...{ fault: killed, trainings, fileFaults: tornCheckpoints },
      start: (name) => begin(project, name, '--epochs', '300'),
      resume: (runDir) => begin(project, '', '--resume', runDir),
    })
  })

  it('fills the disk, keeps whole what was saved, and goes on when there is room', async ({
    skip,
  }) => {
    disk = smallDisk(join(folder.path, 'small'), 64)
    if (!disk) {
      count({ fault: filled, needs: 'the right to mount a tmpfs' })
      return skip('no right to mount a tmpfs')
    }
    const wrong: string[] = []
    const run = await begin(join(disk.path, 'runs'), 'fills', '--epochs', '40')
    const { runDir } = run
    await until(
      async () => (await eventsOf(runDir)).filter(({ type }) => type === 'epoch').length > 1,
    )
    const seen = await eventsOf(runDir)
    await disk.fill()
    // Its end has no room on record either, which whoever waits is told.
    await run.exited.catch((error: unknown) => expect(error).toMatchObject({ code: 'disk/full' }))
    const { state } = await readRun(runDir)
    if (!['failed', 'interrupted'].includes(state)) wrong.push(`state ${state}`)
    wrong.push(...(await tornCheckpoints(runDir)))
    if (!existsSync(join(runDir, 'weights/last.pt'))) wrong.push('no last.pt')
    const left = readdirSync(join(runDir, 'weights')).filter((name) => !name.endsWith('.pt'))
    wrong.push(...left)
    const kept = (await eventsOf(runDir)).slice(0, seen.length)
    if (JSON.stringify(kept) !== JSON.stringify(seen)) wrong.push('events lost')

    await disk.free()
    const torn = await eventsOf(runDir)
    const again = await begin('', '', '--resume', runDir)
    await again.exited
    const after = await eventsOf(runDir)
    if (JSON.stringify(after.slice(0, torn.length)) !== JSON.stringify(torn))
      wrong.push('events lost')
    if (after.at(-1)?.type !== 'finished') wrong.push(`then ${after.at(-1)?.type}`)
    if (epochsOf(after).at(-1) !== 39) wrong.push(`${epochsOf(after)}`)
    count({ fault: filled, tried: 1, wrong: wrong.length })
    expect(wrong).toEqual([])
  })
})
