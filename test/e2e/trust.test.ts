import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { sampleWorkspace, type Workspace } from './support/workspace'

describe('a workspace that is not trusted', () => {
  let workspace: Workspace
  let session: Session
  let window: Window
  const trap = () => join(workspace.folder, 'executed')

  beforeAll(async () => {
    workspace = await sampleWorkspace()
    // What a stranger's repository may bring: a setting that names a program of its own.
    const python = join(workspace.folder, 'python.sh')
    writeFileSync(python, `#!/bin/sh\ntouch '${trap()}'\n`, { mode: 0o755 })
    mkdirSync(join(workspace.folder, '.vscode'))
    writeFileSync(
      join(workspace.folder, '.vscode', 'settings.json'),
      JSON.stringify({ 'yolov5-slim.python': python, 'yolov5-slim.engine': 'pytorch' }),
    )
    session = await openSession(workspace, 'trust', {
      asksForTrust: true,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    })
    window = session.window
  }, 300_000)
  closeAfterwards(() => session)

  it('has its release detected and shown', async () => {
    await window.status(/YOLOv5 v/).waitFor({ timeout: patience })
    await window.row(/^YOLOv5 v/).waitFor({ timeout: patience })
  })

  it('has nothing executed, and is told what trust would allow', async () => {
    await window.page.locator('.welcome-view', { hasText: 'not trusted yet' }).waitFor()
    expect(await window.offers('YOLOv5 Slim: Sparse Training')).toBe(false)
    await expect
      .poll(() => window.offers('YOLOv5 Slim: Detect Version'), { timeout: patience })
      .toBe(true)
    await window.command('YOLOv5 Slim: Detect Version')
    await window.page.waitForTimeout(3000)
    expect(existsSync(trap())).toBe(false)
  })

  it('works once it is trusted', async () => {
    await window.page.locator('.welcome-view .monaco-button', { hasText: 'Manage Trust' }).click()
    const trust = window.page.locator('.workspace-trust-editor .monaco-button', {
      hasText: /^Trust$/,
    })
    await trust.click()
    await window.page
      .locator('.welcome-view', { hasText: 'No runs yet' })
      .waitFor({ timeout: patience })
    await expect
      .poll(() => window.offers('YOLOv5 Slim: Sparse Training'), { timeout: patience })
      .toBe(true)
    // The program that was not executed before would have been: it is what Python is asked by.
    await expect.poll(() => existsSync(trap()), { timeout: patience }).toBe(true)
  })
})
