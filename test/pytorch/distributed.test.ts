import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inspectCheckpoint, makeWorkspace, ofType, run } from './support'

test('two processes over gloo: one log, the same sparsity on both', async () => {
  const workspace = makeWorkspace('new')
  const outcome = await run(workspace, {
    style: 'new',
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
})

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
