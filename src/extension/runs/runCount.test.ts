import { expect, it } from 'vitest'
import type { IndexChange } from '../../runs/index/runIndex'
import type { RunSnapshot } from '../../runs/snapshot'
import { epoch, failed, finished, makeRun, started } from '../experiments/testing'
import { RunCount } from './runCount'

const none = { added: [], changed: [], removed: [], initial: false } satisfies IndexChange
const update = (...runs: readonly RunSnapshot[]) =>
  runs.map((run) => ({ events: [], reset: false, run }))
const offered = (count: RunCount) =>
  (['resume', 'retry', 'round'] as const).filter((offer) => count.has(offer))

it('offers what there is a run for, from the moment that there is until there is none', () => {
  const count = new RunCount()
  const running = makeRun({ name: 'a', events: [started, epoch(0, 0.4)], alive: 'alive' })
  count.take({ ...none, added: update(running), initial: true })
  expect(offered(count)).toEqual([])
  const broken = makeRun({ name: 'a', events: [started, epoch(0, 0.4), failed] })
  count.take({ ...none, changed: update(broken) })
  expect(offered(count)).toEqual(['resume', 'retry'])
  const early = makeRun({ name: 'b', events: [started, failed] })
  count.take({ ...none, added: update(early), removed: [broken.runDir] })
  expect(offered(count)).toEqual(['retry'])
  const tuning = { name: 'c', stage: 'finetune' } as const
  count.take({
    ...none,
    added: update(makeRun({ ...tuning, events: [started], alive: 'alive' })),
    removed: [early.runDir],
  })
  expect(offered(count)).toEqual([])
  count.take({ ...none, changed: update(makeRun({ ...tuning, events: [started, finished()] })) })
  expect(offered(count)).toEqual(['round'])
})
