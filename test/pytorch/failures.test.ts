import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeDataYaml } from '../support/squares'
import { makeWorkspace, type RunOptions, run, type Style } from './support'

describe.each<Style>(['old', 'new'])('failures, %s style', (style) => {
  const workspace = makeWorkspace(style)
  const data = join(workspace.root, 'data')
  const absent = join(data, 'absent.yaml')
  writeFileSync(absent, 'train: nowhere/train\nval: nowhere/val\nnc: 2\nnames: [a, b]\n')
  const fetching = join(data, 'fetching.yaml')
  writeFileSync(fetching, `${readFileSync(absent, 'utf8')}download: echo downloaded\n`)
  const short = writeDataYaml(data, 'short.yaml', ['red'])
  const uneven = join(data, 'uneven.yaml')
  writeFileSync(uneven, readFileSync(workspace.data, 'utf8').replace('nc: 2', 'nc: 3'))
  const cases: readonly [string, Partial<RunOptions>, string][] = [
    ['a missing data set', { data: absent }, 'data/missing'],
    ['a data set that would be downloaded', { data: fetching }, 'data/missing'],
    ['labels beyond nc', { data: short }, 'data/class-mismatch'],
    ['names that are not nc', { data: uneven }, 'data/class-mismatch'],
    ['weights that are not there', { weights: 'absent.pt' }, 'weights/missing'],
    ['a planner that fails', { env: { SLIM_TEST_PLANNER_FAILS: '1' } }, 'planner/failed'],
    ['an option train.py does not know', { extra: ['--no-such-option'] }, 'train/failed'],
  ]
  test.each(cases)('%s', async (name, options, code) => {
    const outcome = await run(workspace, { style, name: name.replace(/\W/g, '-'), ...options })
    expect(outcome.status, outcome.log).toBe(1)
    expect(outcome.events.filter(({ type }) => type === 'failed')).toHaveLength(1)
    const last = outcome.events.at(-1)
    expect(last).toMatchObject({ type: 'failed', code })
    if (last?.type !== 'failed') return
    expect(last.text.length).toBeGreaterThan(10)
    expect(last.remedy.length).toBeGreaterThan(10)
    expect(last.stderr?.length).toBeGreaterThan(10)
  })

  test('a loss that is no number, with the last good checkpoint kept', async () => {
    const good = await run(workspace, { style, name: 'diverging', epochs: 1 })
    expect(good.status, good.log).toBe(0)
    const last = join(good.runDir, 'weights', 'last.pt')
    const before = readFileSync(last)
    const folder = style === 'old' ? 'data/hyp.scratch.yaml' : 'data/hyps/hyp.scratch-low.yaml'
    const hyp = join(workspace.root, 'hyp.yaml')
    const text = readFileSync(join(workspace.checkout, folder), 'utf8')
    writeFileSync(hyp, text.replace('lr0: 0.01', 'lr0: 1.0e+30'))
    const extra = ['--hyp', hyp]
    const bad = await run(workspace, { style, name: 'diverging', weights: last, epochs: 4, extra })
    expect(bad.status, bad.log).toBe(1)
    expect(bad.events.at(-1)).toMatchObject({ type: 'failed', code: 'train/nan-loss' })
    expect(readFileSync(last).equals(before)).toBe(true)
  })
})
