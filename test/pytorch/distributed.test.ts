import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import {
  inspectCheckpoint,
  makeWorkspace,
  ofType,
  python,
  readEvents,
  run,
  type Style,
  styles,
} from './support'

// The old style learns its rank from --local_rank alone, the new one from the environment.
test.each<Style>(['old', 'new'])(
  'two processes over gloo, %s style: one log, the same sparsity on both',
  async (style) => {
    const workspace = makeWorkspace(style)
    const outcome = await run(workspace, {
      style,
      name: 'two',
      epochs: 3,
      stage: 'sparse',
      sparsity: { reg: 'prox', sr: 20, schedule: 'constant', percent: 0.5 },
      processes: 2,
    })
    expect(outcome.status, outcome.log).toBe(0)
    expect(ofType(outcome.events, 'started')).toHaveLength(1)
    expect(ofType(outcome.events, 'epoch').map(({ epoch }) => epoch)).toEqual([0, 1, 2])
    expect(ofType(outcome.events, 'finished')).toHaveLength(1)
    expect(outcome.events.at(-1)?.type).toBe('finished')
    // Each rank penalises its own copy; had one not, DDP's copies would have drifted and none been exactly zero.
    const { gammas, finite } = inspectCheckpoint(workspace, join(outcome.runDir, 'weights/last.pt'))
    expect(finite).toBe(true)
    expect(Object.values(gammas).flat()).toContain(0)
  },
)

// The launcher of torch 1.x does not start on Python 3.11 without help, so it is started for real.
test.each<Style>(['old', 'new'])(
  'the command line starts two processes with the launcher of this torch, %s style',
  (style) => {
    const { checkout, data, root } = makeWorkspace(style)
    const flags = ['--data', data, '--device', 'cpu', '--batch-size', '8', '--epochs', '1']
    const more = [
      '--weights',
      '',
      '--cfg',
      'models/yolov5s.yaml',
      '--name',
      'launched',
      '--workers',
      '0',
    ]
    const args = ['train', ...flags, ...more, ...styles[style].imageFlag, '--nproc-per-node', '2']
    const cli = resolve(import.meta.dirname, '../../dist/cli.cjs')
    const project = ['--project', join(root, 'runs'), '--python', python]
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, ...project], {
      cwd: checkout,
      encoding: 'utf8',
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    })
    expect(status, stdout + stderr).toBe(0)
    const events = readEvents(join(root, 'runs/launched/slim/events.jsonl'))
    expect(ofType(events, 'started')).toHaveLength(1)
    // Three batches of 8 for one process of 24 images, and as many of 4 for each of two.
    expect(ofType(events, 'progress')[0]?.batches).toBe(3)
    expect(events.at(-1)?.type).toBe('finished')
  },
)

test('a rank that fails ends the run with its own reason', async () => {
  const workspace = makeWorkspace('new')
  const outcome = await run(workspace, {
    style: 'new',
    name: 'broken',
    processes: 2,
    env: { SLIM_TEST_PLANNER_FAILS: '1' },
  })
  expect(outcome.status).not.toBe(0)
  const ends = outcome.events.filter(({ type }) => type === 'failed' || type === 'stopped')
  expect(ends[0]).toMatchObject({ type: 'failed', code: 'planner/failed' })
})
