import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace } from './support/workspace'

/** Commands of v5.0, kept by someone who went on to v6.2. */
const script = `#!/bin/sh
python test.py --data data/mine.yaml
python train.py --notest --adam --epochs 3
`
const mended = `#!/bin/sh
python val.py --data data/mine.yaml
python train.py --noval --optimizer Adam --epochs 3
`
const notebook = {
  cells: [
    { cell_type: 'markdown', metadata: {}, source: ['!python train.py --notest'] },
    {
      ...{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [] },
      source: ['!python train.py --notest --epochs 3'],
    },
  ],
  metadata: { language_info: { name: 'python' } },
  ...{ nbformat: 4, nbformat_minor: 5 },
}

describe('commands of another release', () => {
  const workspace = checkoutWorkspace()
  const run = join(workspace.checkout, 'run.sh')
  const guide = join(workspace.checkout, 'guide.ipynb')
  let session: Session
  let window: Window

  beforeAll(async () => {
    writeFileSync(run, script)
    writeFileSync(guide, JSON.stringify(notebook))
    session = await openSession(workspace, 'inline')
    window = session.window
    await window.status(/YOLOv5 v6\.2/).waitFor({ timeout: patience })
  }, 300_000)
  closeAfterwards(() => session)

  const marks = () => window.page.locator('.squiggly-error').count()
  const saved = async (file: string, text: string): Promise<void> => {
    await window.page.keyboard.press('Control+S')
    await expect.poll(() => readFileSync(file, 'utf8'), { timeout: patience }).toContain(text)
  }

  it('are marked in a shell script, and one is mended', async () => {
    await window.openFile('run.sh')
    await expect.poll(marks, { timeout: patience }).toBe(3)
    await window.command('Go to Next Problem in Files')
    const problem = window.page.locator('.marker-widget', { hasText: 'test.py' })
    await problem.waitFor({ timeout: patience })
    expect(await problem.innerText()).toContain('It is called val.py there.')
    await window.page.keyboard.press('Escape')
    await window.mend('Write val.py')
    await expect.poll(marks, { timeout: patience }).toBe(2)
    await saved(run, 'python val.py --data')
  })

  it('are mended all at once', async () => {
    await window.mend('Mend all 2 that can be mended in this file')
    await expect.poll(marks, { timeout: patience }).toBe(0)
    await saved(run, mended)
    expect(readFileSync(run, 'utf8')).toBe(mended)
  })

  it('are marked in the cell of a notebook, not in its prose, and mended there', async () => {
    await window.openFile('guide.ipynb')
    const cells = window.page.locator('.notebookOverlay')
    const mark = cells.locator('.code-cell-row .squiggly-error')
    await mark.first().waitFor({ timeout: patience })
    expect(await marks()).toBe(1)
    await cells.locator('.code-cell-row .view-line').first().click()
    await window.command('Go to Next Problem in Files')
    await window.page
      .locator('.marker-widget', { hasText: 'has no flag --notest' })
      .waitFor({ timeout: patience })
    await window.page.keyboard.press('Escape')
    await window.mend('Write --noval')
    await expect.poll(marks, { timeout: patience }).toBe(0)
    await saved(guide, '!python train.py --noval --epochs 3')
    // The prose is as it was.
    expect(JSON.parse(readFileSync(guide, 'utf8')).cells[0].source.join('')).toContain('--notest')
  })
})
