import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FactFinder } from './facts'
import { runNameFault } from './runName'
import { checkpoint, epoch, makeRun, started } from './testing'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facts-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('assumes what the log says, looks, and tells where that was wrong', async () => {
  const made = makeRun({ name: 'a', events: [started, epoch(0, 0.5), checkpoint('best', 9)] })
  const best = join(folder, 'weights', 'best.pt')
  const run = { ...made, runDir: folder, summary: { ...made.summary, output: best } }
  mkdirSync(join(folder, 'weights'))
  writeFileSync(best, '')
  const told = new Promise<readonly string[]>((done) => {
    const finder = new FactFinder((dirs) => {
      expect(finder.factsOf(run)).toEqual({ output: true, last: false })
      done(dirs)
    })
    expect(finder.factsOf(run)).toEqual({ output: true, last: true })
  })
  expect(await told).toEqual([folder])
})

it.each([
  ['a', undefined],
  ['taken', 'taken is there already.'],
  ['a/b', 'a/b is no name of a folder on every system.'],
  ['..', '.. is no name of a folder on every system.'],
  ['a.', 'a. is no name of a folder on every system.'],
  [' ', 'Type a name.'],
])('finds fault with the name %j', (name, fault) => {
  mkdirSync(join(folder, 'taken'))
  expect(runNameFault(folder, 'before', name)).toBe(fault)
})
