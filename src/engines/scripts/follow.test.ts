import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parseEvent } from '../../runs/eventCheck'
import type { RunEvent } from '../../runs/events'
import { runFiles } from '../../runs/store'
import { followScript } from './follow'

let runDir: string

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'follow-'))
  mkdirSync(runFiles(runDir).slimDir)
})
afterEach(() => rmSync(runDir, { recursive: true }))

/** The log of a script, which Node runs here. */
async function follow(script: string): Promise<readonly RunEvent[]> {
  const { runnerConfig, events } = runFiles(runDir)
  const config = {
    ...{ v: 1, stage: 'train', command: process.execPath, args: ['-e', script], cwd: runDir },
    ...{ runDir, writesThere: true, gammaRate: 'x/lr0', python: '3' },
    ...{ epochs: 9, batchSize: 1, imageSize: 64, sr: 0 },
  }
  writeFileSync(runnerConfig, JSON.stringify(config))
  await followScript(runnerConfig)
  const lines = readFileSync(events, 'utf8').trim().split('\n')
  return lines.flatMap((line) => parseEvent(line) ?? [])
}

it('gives a sign of life in every minute without news', async () => {
  const { now } = Date
  const began = now()
  const fast = vi.spyOn(Date, 'now').mockImplementation(() => began + 60 * (now() - began))
  try {
    const events = await follow('setTimeout(() => {}, 2500)')
    expect(events.map(({ type }) => type)).toEqual([
      'started',
      ...Array(events.length - 2).fill('progress'),
      'finished',
    ])
    expect(events.length - 2).toBeGreaterThan(0)
    expect(events.length - 2).toBeLessThan(10)
  } finally {
    fast.mockRestore()
  }
})

// Windows knows no signals: what is killed there ends with a code.
it.skipIf(process.platform === 'win32')('says what killed a script', async () => {
  const events = await follow("process.kill(process.pid, 'SIGKILL')")
  expect(events.at(-1)).toMatchObject({
    ...{ type: 'failed', code: 'process/killed' },
    text: expect.stringContaining('SIGKILL'),
    remedy: expect.stringContaining('memory'),
  })
})

it('says with which code a script ended', async () => {
  const events = await follow('process.exit(3)')
  expect(events.at(-1)).toMatchObject({
    ...{ type: 'failed', code: 'scripts/failed' },
    text: expect.stringContaining('code 3'),
  })
})
