import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { detectCheckout } from '../../src/core/yolov5/detect'
import { runScript } from '../../src/extension/commands/script'
import { settings } from '../../src/extension/contributions'
import { exportHandlers } from '../../src/extension/experiments/exportRuns'
import { startHandlers } from '../../src/extension/experiments/startRuns'
import { Program } from '../../src/extension/program/program'
import { appendEvent } from '../../src/runs/eventLog'
import { runFiles } from '../../src/runs/store'
import { answers, asked, configured } from './support/editor'
import { count } from './support/figures'
import { root } from './support/program'
import { startedEvent } from './support/runs'
import { epochLines } from './support/simulated'
import { unsafeCheckout } from './support/unsafe'

/** What the window itself starts Python for, on a checkpoint that would run a program. */

const unsafe = unsafeCheckout('agreed')
const { checkout, runDir, python, env, startsOfPython, wasExecuted } = unsafe
Object.assign(process.env, env)
configured.set(settings.python, python)
const { events } = runFiles(runDir)
await appendEvent(events, startedEvent)
appendFileSync(events, epochLines(0, 2, 4))
const path = join(runDir, 'weights/last.pt')
await appendEvent(events, { type: 'checkpoint', path, kind: 'last', bytes: 1 })
await appendEvent(events, { type: 'stopped' })

const detection = await detectCheckout(checkout)
const nothing = () => undefined
const context = {
  channel: { info: nothing, warn: nothing, error: nothing },
  checkouts: { all: [detection], selected: detection, search: async () => undefined },
  program: new Program(root, '0'),
} as never

beforeEach(() => {
  answers.clear()
  asked.length = 0
})
afterAll(unsafe.dispose)

const scriptWords = () => {
  answers.set('showQuickPick', 'train_sparsity.py')
  answers.set('showInputBox', '--weights hostile.pt')
}
const asking = {
  'an export': () => exportHandlers(context).export(runDir),
  'a script of the workspace': () => runScript(context),
}

it.each(Object.entries(asking))(
  '%s asks, and starts nothing for who cancels',
  async (name, start) => {
    scriptWords()
    await start()
    const question = asked.find((text) => text.includes('os.system'))
    const started = startsOfPython()
    const wrong = [question === undefined, started > 0, wasExecuted()].filter(Boolean).length
    count({ fault: `unsafe checkpoint, ${name} from the editor`, tried: 1, wrong })
    expect(question).toContain('would import os.system')
    expect(started).toBe(0)
    expect(wrong).toBe(0)
  },
)

it.each(Object.entries(asking))('%s asks Python once the person agreed', async (_, start) => {
  scriptWords()
  answers.set('showWarningMessage', 'Load it anyway')
  // It is no Python: that it was asked is all that is to be seen.
  await expect(start()).rejects.toMatchObject({ code: 'python/not-python' })
  expect(startsOfPython()).toBeGreaterThan(0)
})

it('a run is not resumed from it', async () => {
  await expect(startHandlers(context).resume(runDir)).rejects.toMatchObject({
    code: 'checkpoint/unsafe-globals',
  })
  expect(startsOfPython()).toBe(0)
  expect(wasExecuted()).toBe(false)
})
