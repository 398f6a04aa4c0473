import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import type { Frame } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace } from './support/workspace'

const baseline = resolve(import.meta.dirname, '../../media/sample/baseline.pt')

function workspace() {
  const made = checkoutWorkspace()
  const weights = join(made.folder, 'yolov5', 'weights')
  mkdirSync(weights, { recursive: true })
  copyFileSync(baseline, join(weights, 'sample.pt'))
  writeFileSync(join(weights, 'notes.pt'), 'no checkpoint at all')
  return { ...made, weights }
}

const textOf = async (frame: Frame, selector: string): Promise<string> =>
  (await frame.locator(selector).first().textContent()) ?? ''

/** By the command: YOLOv5's own .gitignore hides checkpoints from the search for files. */
const openCheckpoint = (window: Window, name: RegExp): Promise<void> =>
  window.commandAndChoose('Open checkpoint', name)

describe.each([true, false])('a checkpoint in VS Code, trusted: %s', (trusted) => {
  const made = workspace()
  const { weights } = made
  let session: Session
  let window: Window
  beforeAll(async () => {
    session = await openSession(made, `checkpoint-${trusted}`, {
      asksForTrust: !trusted,
      settings: { 'security.workspace.trust.startupPrompt': 'never' },
    })
    window = session.window
    // Its commands are in the palette once the extension is there.
    await window.status(/YOLOv5/).waitFor({ timeout: 150_000 })
  })
  closeAfterwards(() => session)

  it('is shown with what it is and what pruning would give', async () => {
    await openCheckpoint(window, /weights\/sample\.pt/)
    const frame = await window.webview('.preview', 150_000)
    expect(await textOf(frame, '.facts')).toContain('circle')
    expect(await frame.locator('.layers .layer:not(.heads)').count()).toBeGreaterThan(50)
    const before = await textOf(frame, '.totals tbody tr:nth-child(2)')
    await frame.locator('.amount input[type=range]').fill('0.3')
    await expect.poll(() => textOf(frame, '.totals tbody tr:nth-child(2)')).not.toBe(before)
    await expect.poll(() => textOf(frame, '.command')).toContain('--percent 0.3')
    await window.keepEvidence(`shown-${trusted}`)
  })

  it.runIf(trusted)('is pruned to the size that was shown, as a run', async () => {
    const frame = await window.webview('.preview')
    const shown = await textOf(frame, '.totals tbody tr:nth-child(4) td:nth-child(3)')
    await frame.locator('.prune vscode-button').first().click()
    await expect
      .poll(() => textOf(frame, '.state'), { timeout: 60_000 })
      .toContain(`sample-pruned.pt written, ${shown}`)
    const pruned = join(weights, 'sample-pruned.pt')
    expect(statSync(pruned).size).toBeLessThan(statSync(baseline).size)
    await window.openSideBar()
    await window.row(/sample-pruned/).waitFor({ timeout: 60_000 })
  })

  it.runIf(!trusted)('is not pruned, and says why', async () => {
    const frame = await window.webview('.preview')
    const button = frame.locator('.prune vscode-button').first()
    expect(await button.getAttribute('disabled')).not.toBeNull()
    expect(await textOf(frame, '.state')).toContain('not trusted')
    expect(existsSync(join(weights, 'sample-pruned.pt'))).toBe(false)
  })

  it('tells when the file has changed', async () => {
    const frame = await window.webview('.preview')
    appendFileSync(join(weights, 'sample.pt'), 'x')
    await expect.poll(() => frame.locator('.banner').count(), { timeout: 60_000 }).toBe(1)
  })

  it('has a page for a file that is none', async () => {
    await openCheckpoint(window, /weights\/notes\.pt/)
    const frame = await window.webview('.info-notice code')
    expect(await textOf(frame, '.info-notice')).toContain('checkpoint/not-a-checkpoint')
  })
})
