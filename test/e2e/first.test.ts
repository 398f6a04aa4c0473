import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace, emptyWorkspace } from './support/workspace'

describe('a folder without YOLOv5', () => {
  const workspace = emptyWorkspace()
  let session: Session
  let window: Window

  beforeAll(async () => {
    session = await openSession(workspace, 'first')
    window = session.window
  }, 300_000)
  closeAfterwards(() => session)

  it('is welcomed with what can be done there', async () => {
    const welcome = window.page.locator('.welcome-view', { hasText: 'no YOLOv5' }).first()
    await welcome.waitFor({ timeout: patience })
    const buttons = await welcome.locator('.monaco-button').allInnerTexts()
    expect(buttons.map((text) => text.trim())).toEqual(
      expect.arrayContaining(['Get YOLOv5', 'Train with the Built-in Engine', 'Run Demo']),
    )
  })

  it('has the demo run from start to end, with its charts and its report', async () => {
    const demo = join(workspace.folder, 'yolov5-slim-demo')
    await window.page
      .locator('.welcome-view .monaco-button', { hasText: 'Run Demo' })
      .first()
      .click()
    // The folder to put it into: the one that is open.
    const dialog = window.page.locator('.quick-input-widget', {
      hasText: 'Folder to put the demo into',
    })
    await dialog.waitFor({ timeout: patience })
    await dialog.locator('.monaco-button', { hasText: 'Run here' }).click()
    const frame = await window.webview('table.runs tbody tr', patience)
    await expect
      .poll(() => frame.locator('table.runs tbody').innerText(), { timeout: patience })
      .toMatch(/sparse[\s\S]*[1-9]\d*\/24/)
    await window.page
      .locator('.notifications-toasts', { hasText: 'The demo is done' })
      .waitFor({ timeout: 1_200_000 })
    expect(existsSync(join(demo, 'report.html'))).toBe(true)
    for (const name of ['sparse', 'pruned', 'finetune']) await window.run(name).waitFor()
    const level = async (name: string) => Number(await window.run(name).getAttribute('aria-level'))
    expect(await level('pruned')).toBe((await level('sparse')) + 1)
    expect(await level('finetune')).toBe((await level('pruned')) + 1)
  }, 1_500_000)

  it('has a YOLOv5 found that comes while the window is open', async () => {
    const made = checkoutWorkspace()
    cpSync(made.checkout, join(workspace.folder, 'yolov5'), { recursive: true })
    made.remove()
    await window.status(/YOLOv5 v6\.2/).waitFor({ timeout: patience })
  })
})
