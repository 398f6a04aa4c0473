import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runFiles } from '../../src/runs/store'
import {
  closeAfterwards,
  fillForm,
  openSession,
  patience,
  quickValues,
  type Session,
  startForm,
} from './support/session'
import { Window } from './support/window'
import { sampleWorkspace, trainers, type Workspace } from './support/workspace'

describe.each(trainers)('a training in the window, with $engine', (trainer) => {
  let workspace: Workspace
  let session: Session
  let window: Window
  const dir = (name: string) => join(workspace.checkout, 'runs', 'train', name)
  const row = (name: string, state: string, of = window) =>
    of.page.locator(`.sidebar .monaco-list-row[aria-label^="${name}, Sparse, ${state}"]`).first()
  const pidOf = (name: string): number =>
    JSON.parse(readFileSync(runFiles(dir(name)).manifest, 'utf8')).process.pid
  const epochsOf = (name: string): number[] =>
    readFileSync(runFiles(dir(name)).events, 'utf8')
      .split('\n')
      .filter((line) => /"type": ?"epoch"/.test(line))
      .map((line) => JSON.parse(line).epoch)
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  beforeAll(async () => {
    workspace = await sampleWorkspace()
    session = await openSession(workspace, `life-${trainer.engine}`, trainer)
    window = session.window
  }, 300_000)
  closeAfterwards(() => session)

  it('is started from the form, and is in tree, status bar and charts while it goes on', async () => {
    await window.command('YOLOv5 Slim: Sparse Training')
    const values = { ...quickValues, epochs: '400', sr: '0.001', name: 'long' }
    await startForm(await fillForm(window, values))
    await row('long', 'running').waitFor({ timeout: patience })
    await expect
      .poll(() => row('long', 'running').innerText(), { timeout: patience })
      .toMatch(/[1-9]\d*\/400/)
    await window.status(/[1-9]\d*\/400/).waitFor({ timeout: patience })
    const frame = await window.webview('table.runs tbody tr', patience)
    await expect
      .poll(() => frame.locator('table.runs tbody').innerText(), { timeout: patience })
      .toMatch(/long[\s\S]*[2-9]\d*\/400/)
    await frame.locator('#tab-gamma').click()
    const heatmap = frame.locator('canvas[aria-label^="|gamma| over epochs"]')
    await expect
      .poll(() => heatmap.getAttribute('aria-label'), { timeout: patience })
      .toMatch(/[3-9]\d* epochs/)
    await frame.locator('.card h2', { hasText: /^sr / }).waitFor({ timeout: patience })
  }, 400_000)

  it('goes on through a reload of the window, and its charts miss nothing', async () => {
    const before = epochsOf('long').length
    await window.command('Developer: Reload Window')
    await window.page.waitForEvent('load')
    await row('long', 'running').waitFor({ timeout: patience })
    await expect
      .poll(() => epochsOf('long').length, { timeout: patience })
      .toBeGreaterThan(before + 2)
    const all = epochsOf('long')
    expect(all).toEqual(all.map((_, i) => i))
    const frame = await window.webview('table.runs tbody tr', patience)
    await frame.locator('#tab-metrics').click()
    const chart = frame.locator('figure.chart').first()
    await chart.locator('canvas').focus()
    await chart.locator('vscode-button', { hasText: 'Table' }).click()
    await expect
      .poll(() => chart.locator('.data tbody tr').count(), { timeout: patience })
      .toBeGreaterThanOrEqual(all.length)
  }, 400_000)

  it('is the same in a second window, and is stopped from there', async () => {
    const pid = pidOf('long')
    expect(isAlive(pid)).toBe(true)
    const second = await Window.open(session.server, workspace.folder, 'life-second')
    await second.openSideBar()
    await row('long', 'running', second).waitFor({ timeout: patience })
    await second.inline(row('long', 'running', second), 'Stop')
    await row('long', 'stopped', second).waitFor({ timeout: patience })
    await row('long', 'stopped').waitFor({ timeout: patience })
    await second.close()
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
  }, 400_000)

  it('is resumed where it stopped', async () => {
    const before = epochsOf('long').length
    await window.inline(row('long', 'stopped'), 'Resume')
    await row('long', 'running').waitFor({ timeout: patience })
    await expect.poll(() => epochsOf('long').length, { timeout: patience }).toBeGreaterThan(before)
    // Stopped between the event of an epoch and its checkpoint, YOLOv5 goes through that epoch again.
    const first = epochsOf('long')[before]
    expect(trainer.engine === 'builtin' ? [before] : [before, before - 1]).toContain(first)
  }, 400_000)

  it('whose process is killed is interrupted, and is started again by a retry', async () => {
    process.kill(pidOf('long'), 'SIGKILL')
    await row('long', 'interrupted').waitFor({ timeout: patience })
    await window.inline(row('long', 'interrupted'), 'Retry')
    await row('long2', 'running').waitFor({ timeout: patience })
    await row('long', 'interrupted').waitFor()
    await window.command('YOLOv5 Slim: Stop')
    await row('long2', 'stopped').waitFor({ timeout: patience })
    const again = pidOf('long2')
    await expect.poll(() => isAlive(again), { timeout: 10_000 }).toBe(false)
  }, 400_000)
})
