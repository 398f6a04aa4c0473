import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { golden } from '../cli/program'
import { writeHostile } from '../faults/support/hostile'
import {
  closeAfterwards,
  fillForm,
  openSession,
  patience,
  quickValues,
  type Session,
} from './support/session'
import type { Window } from './support/window'
import { quick, sampleWorkspace, slim, type Workspace } from './support/workspace'

describe('a run that cannot go well', () => {
  let workspace: Workspace
  let session: Session
  let window: Window

  beforeAll(async () => {
    workspace = await sampleWorkspace()
    // Python is what would execute a checkpoint; the built-in engine never does.
    const settings = { 'yolov5-slim.engine': 'pytorch' }
    session = await openSession(workspace, 'failures', { settings })
    window = session.window
  }, 300_000)
  closeAfterwards(() => session)

  it('is not started by a form that names a data set which is not there', async () => {
    await window.command('YOLOv5 Slim: Sparse Training')
    const form = await fillForm(window, { ...quickValues, data: 'data/nowhere.yaml' })
    await form.waitForSelector('#said-data .error', { timeout: patience })
    expect(await form.locator('#said-data').innerText()).toContain('nowhere.yaml')
    await form.locator('vscode-button[appearance=primary][disabled]').waitFor({ timeout: patience })
  })

  it('tells of the file and the class when a label names one that the data set lacks', async () => {
    const labels = join(workspace.folder, 'shapes', 'labels', 'train')
    const [file = ''] = readdirSync(labels).filter((name) => name.endsWith('.txt'))
    appendFileSync(join(labels, file), '77 0.5 0.5 0.2 0.2\n')
    rmSync(join(workspace.folder, 'shapes', 'labels', 'train.cache'), { force: true })
    const train = ['--weights', 'shapes.pt', '--epochs', '1', '--name', 'wrong']
    await slim(workspace.checkout, ['train', ...quick, ...train]).catch(() => undefined)
    const row = window.run('wrong')
    await row.waitFor({ timeout: patience })
    await expect
      .poll(() => row.getAttribute('aria-label'), { timeout: patience })
      .toContain('failed')
    await row.hover()
    const hover = window.page.locator('.workbench-hover', { hasText: file })
    await hover.waitFor({ timeout: patience })
    expect(await hover.innerText()).toMatch(/[a-z-]+\/[a-z-]+/)
    await row.click()
    const frame = await window.webview('table.runs tbody tr', patience)
    await frame.locator('body', { hasText: '77' }).waitFor({ timeout: patience })
  })

  it('is not started with a checkpoint that would run a program, unless one agrees', async () => {
    await window.command('YOLOv5 Slim: Train Baseline')
    const hostile = join(workspace.checkout, 'hostile.pt')
    writeHostile(hostile, join(workspace.folder, 'witness'), golden('v6.2.pt'))
    const form = await fillForm(window, { ...quickValues, weights: 'hostile.pt', epochs: '1' })
    await form.waitForSelector('#said-weights .error, #said-weights .warning', {
      timeout: patience,
    })
    expect(await form.locator('#said-weights').innerText()).toContain('checkpoint/unsafe-globals')
    expect(existsSync(join(workspace.folder, 'witness'))).toBe(false)
  })
})
