import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, type Session } from './support/session'
import type { Window } from './support/window'
import { quick, sampleWorkspace, slim, type Workspace } from './support/workspace'

const patience = 60_000

describe('the experiments tree', () => {
  let workspace: Workspace
  let session: Session
  let window: Window
  const runs = (...path: string[]) => join(workspace.checkout, 'runs', ...path)
  /** Runs on the page of the dashboard that is open; its frame may still be that of one that was just closed. */
  const listed = async () => {
    const frame = await window.webview('table.runs tbody tr', patience)
    return frame.locator('table.runs tbody').innerText({ timeout: 5000 })
  }
  /** How far down the tree a run stands. */
  const placeOf = async (name: string) => (await window.run(name).boundingBox())?.y ?? Number.NaN
  const levelOf = (row: Locator) =>
    row.getAttribute('aria-level', { timeout: patience }).then(Number)

  beforeAll(async () => {
    workspace = await sampleWorkspace()
    session = await openSession(workspace, 'tree')
    window = session.window
  }, 300_000)
  closeAfterwards(() => session)

  it('welcomes a workspace without runs with what can be done', async () => {
    await window.page.locator('.welcome-view', { hasText: 'No runs yet' }).waitFor()
    await window.page
      .locator('.welcome-view .monaco-button', { hasText: 'Train Baseline' })
      .waitFor()
  })

  it('shows runs from the terminal by themselves, as a lineage', async () => {
    const at = workspace.checkout
    const from = (name: string, kind: string) => [
      '--weights',
      `runs/train/${name}/weights/${kind}.pt`,
    ]
    await slim(at, ['train', ...quick, '--weights', 'shapes.pt', '--epochs', '1', '--name', 'base'])
    const base = window.run('base')
    await base.waitFor({ timeout: patience })
    await slim(at, ['sparse', ...quick, ...from('base', 'last'), '--epochs', '2', '--name', 'thin'])
    const pruned = ['--percent', '0.3', '--output', 'pruned.pt', '--name', 'cut']
    await slim(at, ['prune', ...from('thin', 'last'), ...pruned])
    const tuned = ['--weights', 'pruned.pt', '--epochs', '1', '--name', 'tuned']
    await slim(at, ['finetune', ...quick, ...tuned])
    await window.run('tuned').waitFor({ timeout: patience })
    const level = await levelOf(base)
    expect(await levelOf(window.run('thin'))).toBe(level + 1)
    expect(await levelOf(window.run('cut'))).toBe(level + 2)
    expect(await levelOf(window.run('tuned'))).toBe(level + 3)
    // Size against the lineage's origin: the cut has made it smaller.
    await expect
      .poll(() => window.run('tuned').innerText(), { timeout: patience })
      .toMatch(/mAP 0\.\d{3} \([−+±].*MB \(−\d+ %\)/)
  })

  it('offers what fits a run’s state', async () => {
    const offered = await window.menuOf(window.run('thin'))
    expect(offered).toEqual(
      expect.arrayContaining(['Prune…', 'Rename…', 'Delete…', 'Copy Command']),
    )
    expect(offered).not.toContain('Stop…')
    expect(await window.menuOf(window.run('cut'))).toContain('Finetune…')
  })

  it('tells the command line and what was measured when pointed at', async () => {
    await window.run('thin').hover()
    const hover = window.page.locator('.workbench-hover', { hasText: 'yolov5-slim sparse' })
    await hover.waitFor({ timeout: patience })
    expect(await hover.innerText()).toMatch(/mAP50_95: 0\.\d{3}/)
    await window.page.mouse.move(700, 500)
  })

  it('renames a run, and its children and its dashboard stay with it', async () => {
    await window.inline(window.run('thin'), 'Open Dashboard')
    await expect.poll(listed, { timeout: patience }).toContain('thin')
    await window.menu(window.run('thin'), 'Rename…')
    await window.fill('sparse-round-1')
    const renamed = window.run('sparse-round-1')
    await renamed.waitFor({ timeout: patience })
    expect(existsSync(runs('train', 'sparse-round-1', 'slim', 'run.json'))).toBe(true)
    expect(existsSync(runs('train', 'thin'))).toBe(false)
    expect(await levelOf(window.run('cut'))).toBe((await levelOf(renamed)) + 1)
    await expect.poll(listed, { timeout: patience }).toContain('sparse-round-1')
    expect(await listed()).not.toContain('thin')
    await window.command('View: Close All Editors')
  })

  it('filters and sorts', async () => {
    await window.commandAndChoose('YOLOv5 Slim: Filter', /^Prune/)
    await window.page.keyboard.press('Enter')
    await window.run('tuned').waitFor({ state: 'hidden', timeout: patience })
    await window.run('cut').waitFor()
    await window.command('YOLOv5 Slim: Clear Filter')
    await window.run('tuned').waitFor({ timeout: patience })
    const alone = ['--weights', 'shapes.pt', '--epochs', '1', '--name', 'zebra']
    await slim(workspace.checkout, ['train', ...quick, ...alone])
    await window.run('zebra').waitFor({ timeout: patience })
    const isAbove = async () => (await placeOf('zebra')) < (await placeOf('base'))
    await expect.poll(isAbove, { timeout: patience }).toBe(true)
    await window.commandAndChoose('YOLOv5 Slim: Sort By', /^Name/)
    await expect.poll(isAbove, { timeout: patience }).toBe(false)
    await window.commandAndChoose('YOLOv5 Slim: Sort By', /^Newest/)
    await expect.poll(isAbove, { timeout: patience }).toBe(true)
  })

  it('compares the runs that are chosen together', async () => {
    await window.run('base').click()
    await window.run('tuned').click({ modifiers: ['Control'] })
    await window.menu(window.run('tuned'), 'Compare Runs…')
    await expect.poll(listed, { timeout: patience }).toMatch(/base[\s\S]*tuned|tuned[\s\S]*base/)
  })

  it('retries the run that broke off, and none that is chosen with it', async () => {
    const endless = ['--weights', 'shapes.pt', '--epochs', '500', '--name', 'broken']
    await slim(workspace.checkout, ['sparse', ...quick, ...endless, '--detach'])
    await slim(workspace.checkout, ['stop', 'broken'])
    const stopped = '.sidebar .monaco-list-row[aria-label^="broken, Sparse, stopped"]'
    await window.page.locator(stopped).first().waitFor({ timeout: patience })
    await window.run('base').click()
    await window.run('broken').click({ modifiers: ['Control'] })
    await window.inline(window.run('broken'), 'Retry')
    await window.run('broken2').waitFor({ timeout: patience })
    await slim(workspace.checkout, ['stop', 'broken2'])
    expect(existsSync(runs('train', 'base2'))).toBe(false)
  })

  it('deletes only when told so', async () => {
    await window.menu(window.run('tuned'), 'Delete…')
    await window.answer('Cancel')
    expect(existsSync(runs('train', 'tuned'))).toBe(true)
    await window.menu(window.run('tuned'), 'Delete…')
    await window.answer('Move to Trash')
    // A server without a trash asks once more.
    const forever = window.page.locator('.monaco-dialog-box .monaco-button', {
      hasText: 'Delete Permanently',
    })
    const gone = () => !existsSync(runs('train', 'tuned'))
    await expect
      .poll(
        async () => {
          if (await forever.isVisible()) await forever.click()
          return gone()
        },
        { timeout: patience },
      )
      .toBe(true)
    await window.run('tuned').waitFor({ state: 'hidden', timeout: patience })
    await window.run('cut').waitFor()
  })
})
