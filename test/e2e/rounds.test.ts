import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  closeAfterwards,
  fillForm,
  openSession,
  patience,
  quickValues,
  type Session,
  startForm,
} from './support/session'
import type { Window } from './support/window'
import { sampleWorkspace, type Workspace } from './support/workspace'

describe('rounds of slimming, from the palette', () => {
  let workspace: Workspace
  let session: Session
  let window: Window
  const row = (name: string, stage: string) =>
    window.page
      .locator(`.sidebar .monaco-list-row[aria-label^="${name}, ${stage}, finished"]`)
      .first()
  const level = async (name: string) =>
    Number(await window.run(name).getAttribute('aria-level', { timeout: patience }))

  beforeAll(async () => {
    workspace = await sampleWorkspace()
    session = await openSession(workspace, 'rounds')
    window = session.window
  }, 300_000)
  closeAfterwards(() => session)

  it('Run All Stages: trains sparsely, prunes and finetunes, one after the other', async () => {
    await window.command('YOLOv5 Slim: Run All Stages')
    const form = await fillForm(window, { ...quickValues, epochs: '2', name: 'first' })
    await expect
      .poll(() => form.locator('.command').first().innerText(), { timeout: patience })
      .toContain('yolov5-slim loop')
    await startForm(form)
    await row('first', 'Sparse').waitFor({ timeout: patience })
    await row('first-pruned', 'Prune').waitFor({ timeout: patience })
    await row('first-finetuned', 'Finetune').waitFor({ timeout: patience })
    expect(await level('first-finetuned')).toBe((await level('first')) + 2)
  }, 500_000)

  it('Next Round: goes on from the finetuning that was last', async () => {
    await window.command('YOLOv5 Slim: Next Round')
    const form = await window.webview('#field-sr', patience)
    await expect
      .poll(() => form.inputValue('#field-weights'), { timeout: patience })
      .toMatch(/first-finetuned\/weights\/\w+\.pt$/)
    await expect
      .poll(() => form.inputValue('#field-data'), { timeout: patience })
      .toBe('data/shapes.yaml')
    await form.fill('#field-epochs', '1')
    await form.fill('#field-name', 'second')
    await startForm(form)
    await row('second', 'Sparse').waitFor({ timeout: patience })
    expect(await level('second')).toBe((await level('first-finetuned')) + 1)
    const weights = join(workspace.checkout, 'runs', 'train', 'second', 'weights', 'last.pt')
    expect(existsSync(weights)).toBe(true)
  }, 400_000)
})
