import { expect, it } from 'vitest'
import type { IndexChange } from '../../runs/index/runIndex'
import type { RunSnapshot } from '../../runs/snapshot'
import { checkpoint, epoch, finished, makeRun, started } from '../experiments/testing'
import { RunOutputs } from './outputs'

const none = { added: [], changed: [], removed: [], initial: false } satisfies IndexChange
const update = (run: RunSnapshot) => [{ events: [], reset: false, run }]
const at = (...events: Parameters<typeof makeRun>[0]['events'] & {}) =>
  makeRun({ name: 'a', events, alive: 'alive' })

it('tells of a checkpoint when it is written, of another size, final and gone', () => {
  const outputs = new RunOutputs()
  const best = checkpoint('best', 10)
  expect(outputs.take({ ...none, added: update(at()) })).toBe(false)
  expect(outputs.take({ ...none, changed: update(at(started)) })).toBe(false)
  expect(outputs.take({ ...none, changed: update(at(started, best)) })).toBe(true)
  expect(outputs.take({ ...none, changed: update(at(started, best, epoch(0, 0.4))) })).toBe(false)
  expect(outputs.take({ ...none, changed: update(at(started, checkpoint('best', 5))) })).toBe(true)
  const ended = at(started, checkpoint('best', 5), finished())
  expect(outputs.take({ ...none, changed: update(ended) })).toBe(true)
  expect(outputs.take({ ...none, changed: update(ended) })).toBe(false)
  expect(outputs.take({ ...none, removed: [ended.runDir] })).toBe(true)
  expect(outputs.take({ ...none, removed: ['/w/runs/train/other'] })).toBe(false)
})

it('takes what the index begins with for known', () => {
  const outputs = new RunOutputs()
  const ended = at(started, checkpoint('best', 5), finished())
  expect(outputs.take({ ...none, added: update(ended), initial: true })).toBe(false)
  expect(outputs.take({ ...none, changed: update(ended) })).toBe(false)
})
