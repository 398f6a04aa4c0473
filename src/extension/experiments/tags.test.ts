import { describe, expect, it } from 'vitest'
import { assumedFacts, collectTags, type RunFacts } from './tags'
import { away, checkpoint, epoch, failed, finished, lineage, makeRun, started } from './testing'

const { base, prune, finetune } = lineage()
const both: RunFacts = { output: true, last: true }
const none: RunFacts = { output: false, last: false }
const tags = (run: typeof base, facts = both) => collectTags(run, facts).join(' ')

describe('collectTags', () => {
  it('offers what goes on from a run that has finished, by its stage', () => {
    expect(tags(base)).toBe('run ended charts prune validate export')
    expect(tags(prune)).toBe('run ended charts finetune validate export')
    expect(tags(finetune)).toBe('run ended charts prune round validate export')
  })

  it('offers nothing that needs a file which is gone', () => {
    expect(tags(base, none)).toBe('run ended charts')
  })

  it('offers a stop while it goes on, and charts at once', () => {
    expect(tags(makeRun({ name: 'a', alive: 'alive' }))).toBe('run stop charts')
    const { process: _, ...queued } = makeRun({ name: 'a' }).manifest
    const waiting = makeRun({
      ...{ name: 'a', changes: { ...queued, queued: { since: 1, host: 'h' } } },
    })
    const { process: __, ...manifest } = waiting.manifest
    expect(tags({ ...waiting, manifest, state: 'queued' })).toBe('run queued stop charts')
  })

  it('offers no stop on another machine, but of what only waits there', () => {
    expect(tags(makeRun({ name: 'a', ...away }))).toBe('run charts')
    const { process, ...manifest } = makeRun({ name: 'a', ...away }).manifest
    const starter = process && { starter: process, process: undefined as never }
    const waiting = makeRun({ name: 'a', ...away, changes: { ...manifest, ...starter } })
    expect(waiting).toMatchObject({ state: 'queued', elsewhere: 'gpu7' })
    expect(tags(waiting)).toBe('run queued stop charts')
  })

  it('offers to go on or to begin again what broke off', () => {
    const broken = makeRun({ name: 'a', events: [started, epoch(1, 0.1), failed] })
    expect(tags(broken)).toBe('run ended resume retry charts prune validate export')
    expect(tags(broken, none)).toBe('run ended retry charts')
    const early = makeRun({ name: 'a', events: [failed] })
    // Why it failed is told with the charts.
    expect(tags(early, none)).toBe('run ended retry charts')
  })

  it('offers to begin a workspace’s own script again, whatever it does', () => {
    for (const stage of ['train', 'prune', 'val'] as const) {
      const script = makeRun({ name: 'a', stage, changes: { engine: 'scripts' } })
      expect(tags(script, none)).toBe('run ended retry')
    }
    const over = makeRun({ name: 'a', changes: { engine: 'scripts' }, events: [finished()] })
    expect(tags(over, none)).toBe('run ended')
  })

  it('offers no more than a look at what others have made', () => {
    const detect = makeRun({ name: 'a', stage: 'detect', events: [finished()] })
    expect(tags(detect)).toBe('run ended')
  })
})

it('assumes the files that the log tells of', () => {
  const run = makeRun({ name: 'a', events: [started, epoch(0, 0.1), checkpoint('last', 1)] })
  expect(assumedFacts(run)).toEqual(both)
  expect(assumedFacts(makeRun({ name: 'a' }))).toEqual(none)
})
