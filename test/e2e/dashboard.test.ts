import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { runFiles } from '../../src/runs/store'
import { writeLongRun } from '../bench/longRun'
import { closeAfterwards, openSession, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace } from './support/workspace'

const epochs = 30

describe('the dashboard in VS Code', () => {
  const workspace = checkoutWorkspace()
  const runDir = join(workspace.checkout, 'runs', 'train', 'yolov5x-sparse')
  let session: Session
  let window: Window
  beforeAll(async () => {
    await writeLongRun(runDir, epochs)
    session = await openSession(workspace, 'dashboard')
    window = session.window
    await window.status(/YOLOv5/).waitFor({ timeout: 300_000 })
  }, 600_000)
  closeAfterwards(() => session)

  const canvas = (frame: Frame, title: string) => frame.locator(`canvas[aria-label^="${title}"]`)
  const rows = (frame: Frame) => frame.locator('.chart .data tbody tr').count()

  it('opens the latest run, whose name it has, with a table behind each chart', async () => {
    await window.command('Open dashboard')
    const frame = await window.webview('table.runs tbody tr', 150_000)
    expect(await frame.locator('table.runs tbody').textContent()).toContain('yolov5x-sparse')
    await window.page.locator('.tab', { hasText: 'yolov5x-sparse' }).waitFor()
    const toggle = frame.locator('figure.chart vscode-button', { hasText: 'Table' }).first()
    await toggle.waitFor({ state: 'attached' })
    await frame.locator('figure.chart canvas').first().focus()
    await toggle.click()
    await expect.poll(() => rows(frame), { timeout: 60_000 }).toBe(epochs)
  })

  it('shows what is appended to the log', async () => {
    const frame = await window.webview('table.runs tbody tr')
    appendFileSync(
      runFiles(runDir).events,
      `${JSON.stringify({
        ...{ v: 1, t: Date.now(), type: 'epoch', epoch: epochs, epochs: epochs + 1 },
        ...{
          train: { box: 0.1, obj: 0.1, cls: 0.1 },
          val: {},
          precision: 0.5,
          recall: 0.5,
          mAP50: 0.5,
        },
        ...{ mAP50_95: 0.4, lr: 0.001, sr: 0.001, seconds: 9 },
      })}\n`,
    )
    await expect.poll(() => rows(frame), { timeout: 60_000 }).toBe(epochs + 1)
  })

  it('has behind the name of a run what there is no column for, also by the keyboard', async () => {
    const frame = await window.webview('table.runs tbody tr')
    const name = frame.locator('table.runs summary').first()
    await name.press('Enter')
    await expect.poll(() => frame.locator('.run-facts').innerText()).toContain('Engine')
    await name.press('Enter')
  })

  it('shows the gammas, layer by layer, and what they say of sr', async () => {
    const frame = await window.webview('table.runs tbody tr')
    await frame.locator('#tab-gamma').click()
    await expect
      .poll(() => canvas(frame, '|gamma| over epochs').getAttribute('aria-label'))
      .toContain(`${epochs} epochs`)
    await expect.poll(() => frame.locator('.card h2').textContent()).toMatch(/^sr 0.001/)
    await window.keepEvidence('gammas')
  })

  it('is as it was after a reload of the window', async () => {
    // The workbench writes down what it keeps every few seconds.
    await window.page.waitForTimeout(10_000)
    await window.reload()
    const frame = await window.webview('table.runs tbody tr', 150_000)
    expect(await frame.locator('table.runs tbody').textContent()).toContain('yolov5x-sparse')
    expect(await frame.locator('#tab-gamma').getAttribute('aria-selected')).toBe('true')
    await frame.locator('.card h2').waitFor({ timeout: 60_000 })
  })
})
