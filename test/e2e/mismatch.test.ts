import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace, ownModel } from './support/workspace'

/** With a slip of the pen on line 8. */
const mine = ownModel.replace('C3,', 'C33,')

describe('a workspace with YOLOv5', () => {
  const workspace = checkoutWorkspace()
  const file = join(workspace.checkout, 'models', 'mine.yaml')
  let session: Session
  let window: Window

  beforeAll(async () => {
    writeFileSync(file, mine)
    session = await openSession(workspace, 'mismatch')
    window = session.window
  }, 300_000)
  closeAfterwards(() => session)

  it('shows the release, and why it is taken for that', async () => {
    await window.status(/YOLOv5 v6\.2/).waitFor({ timeout: patience })
    const release = window.row(/YOLOv5 v6\.2/)
    await release.waitFor({ timeout: patience })
    await release.locator('.monaco-tl-twistie').click()
    await window.row(/utils\/dataloaders\.py/).waitFor({ timeout: patience })
  })

  it('marks what does not fit it, and mends it from the keyboard', async () => {
    await window.openFile('mine.yaml')
    await window.page.locator('.squiggly-error').first().waitFor({ timeout: patience })
    await window.command('Go to Next Problem in Files')
    const problem = window.page.locator('.marker-widget', { hasText: 'C33' })
    await problem.waitFor({ timeout: patience })
    expect(await problem.innerText()).toContain('model-yaml/unknown-module')
    await window.page.keyboard.press('Escape')
    await window.page.keyboard.press('Control+.')
    const fix = window.page.locator('.action-widget .monaco-list-row', { hasText: 'C3' }).first()
    await fix.waitFor({ timeout: patience })
    await window.page.keyboard.press('Enter')
    await window.page.locator('.squiggly-error').waitFor({ state: 'hidden', timeout: patience })
    await window.page.keyboard.press('Control+S')
    await expect
      .poll(() => readFileSync(file, 'utf8'), { timeout: patience })
      .toBe(mine.replace('C33', 'C3'))
  })
})
