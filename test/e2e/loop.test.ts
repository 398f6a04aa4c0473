import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { seriousFindings } from './support/axe'
import {
  closeAfterwards,
  fillForm,
  openSession,
  patience,
  type Session,
  startForm,
} from './support/session'
import type { Window } from './support/window'
import { sampleWorkspace, slim, trainers, type Workspace } from './support/workspace'

describe.each(trainers)('from a sparse run to a finetuned model, with $engine', (trainer) => {
  let workspace: Workspace
  let session: Session
  let window: Window

  beforeAll(async () => {
    workspace = await sampleWorkspace()
    const sparse = ['--weights', 'shapes.pt', '--epochs', '3', '--sr', 'auto', '--name', 'thin']
    await slim(workspace.checkout, ['sparse', ...trainer.flags, ...sparse])
    session = await openSession(workspace, `loop-${trainer.engine}`, trainer)
    window = session.window
  }, 400_000)
  closeAfterwards(() => session)

  it('previews the cut as the slider moves, and prunes to what it showed', async () => {
    await window.run('thin').waitFor({ timeout: patience })
    await window.menu(window.run('thin'), 'Prune…')
    const frame = await window.webview('.preview .layers', patience)
    const size = () => frame.locator('.totals tbody tr:nth-child(4) td:nth-child(3)').innerText()
    await frame.locator('.amount input[type=range]').fill('0.2')
    await expect.poll(() => frame.locator('.command').innerText()).toContain('--percent 0.2')
    const before = await size()
    await frame.locator('.amount input[type=range]').fill('0.5')
    await expect.poll(size).not.toBe(before)
    const shown = await size()
    await frame.locator('.prune vscode-button', { hasText: /^\s*Prune\s*$/ }).click()
    await expect
      .poll(() => frame.locator('.prune .state').innerText(), { timeout: patience })
      .toContain(`written, ${shown}`)
    await window.run('thin-pruned').waitFor({ timeout: patience })
  })

  it('goes on to finetuning from there, with data and sizes of the sparse run', async () => {
    const frame = await window.webview('.preview .prune .state', patience)
    await frame.locator('.prune .state vscode-button', { hasText: 'Finetune' }).click()
    const form = await fillForm(window, { epochs: '2', name: 'tuned' })
    expect(await form.inputValue('#field-weights')).toMatch(/-pruned\.pt$/)
    expect(await form.inputValue('#field-data')).toBe('data/shapes.yaml')
    expect(await form.inputValue('#field-imgsz')).toBe('64')
    await startForm(form)
    const done = window.page.locator(
      '.sidebar .monaco-list-row[aria-label^="tuned, Finetune, finished"]',
    )
    await done.first().waitFor({ timeout: 2 * patience })
    const best = join(workspace.checkout, 'runs/train/tuned/weights/best.pt')
    expect(existsSync(best)).toBe(true)
    const original = statSync(join(workspace.checkout, 'shapes.pt')).size
    expect(statSync(best).size).toBeLessThan(0.75 * original)
  }, 600_000)

  it('has what the prune did in its dashboard: totals and the channels of every layer', async () => {
    await window.inline(window.run('thin-pruned'), 'Open Dashboard')
    const frame = await window.webview('section[aria-label="Pruned"] table', patience)
    const part = frame.locator('section[aria-label="Pruned"]')
    const cells = await part.locator('tbody tr:nth-child(2) td').allInnerTexts()
    expect(cells[0]).toMatch(/^1\.\d+ M$/)
    expect(cells[1]).toMatch(/k$|^0\.\d+ M$/)
    await part.locator('vscode-button', { hasText: 'Table' }).click()
    await expect
      .poll(() => part.locator('.data tbody tr').count(), { timeout: patience })
      .toBeGreaterThan(40)
    expect(await seriousFindings(frame)).toEqual([])
  })

  it('is one lineage in the tree', async () => {
    const level = async (name: string) =>
      Number(await window.run(name).getAttribute('aria-level', { timeout: patience }))
    const top = await level('thin')
    expect(await level('thin-pruned')).toBe(top + 1)
    expect(await level('tuned')).toBe(top + 2)
  })
})
