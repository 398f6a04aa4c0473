import { cpSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace } from './support/workspace'

/** With torch, which whatever trains by a script of one's own needs. */
const python = process.env.YOLOV5_SLIM_PYTHON

/** What people copy from a tutorial: it trains as it likes, and writes results and weights. */
const ownScript = `
import argparse, os
parser = argparse.ArgumentParser()
parser.add_argument('--epochs', type=int, default=3)
parser.add_argument('--sr', type=float, default=0.0001)
parser.add_argument('--project', default='runs/train')
parser.add_argument('--name', default='exp')
parser.add_argument('--exist-ok', action='store_true')
opt = parser.parse_args()
folder = os.path.join(opt.project, opt.name)
os.makedirs(os.path.join(folder, 'weights'), exist_ok=True)
names = ['epoch', 'train/box_loss', 'train/obj_loss', 'train/cls_loss', 'metrics/precision', 'metrics/recall']
names += ['metrics/mAP_0.5', 'metrics/mAP_0.5:0.95', 'val/box_loss', 'val/obj_loss', 'val/cls_loss', 'x/lr0', 'x/lr1', 'x/lr2']
with open(os.path.join(folder, 'results.csv'), 'w') as results:
    print(','.join(names), file=results)
    for epoch in range(opt.epochs):
        print(','.join([str(epoch)] + ['0.5'] * (len(names) - 1)), file=results)
open(os.path.join(folder, 'weights', 'last.pt'), 'wb').write(b'weights')
print('my own words')
`

describe('commands of the palette that look and prepare', () => {
  const workspace = checkoutWorkspace()
  const { folder, checkout } = workspace
  let session: Session
  let window: Window

  beforeAll(async () => {
    const older = checkoutWorkspace('v5.0')
    cpSync(older.checkout, join(folder, 'older'), { recursive: true })
    older.remove()
    writeFileSync(join(checkout, 'train_sparsity.py'), ownScript)
    session = await openSession(workspace, 'commands', {
      settings: { 'yolov5-slim.python': python ?? '/usr/bin/python3' },
      env: {
        YOLOV5_SLIM_BACKENDS: join(folder, 'backends'),
        // npm's registry cannot be reached.
        npm_config_registry: 'http://127.0.0.1:9/',
        npm_config_fetch_retries: '0',
      },
    })
    window = session.window
  }, 300_000)
  closeAfterwards(() => session)

  /** What the panel below shows, its spaces as they are typed. */
  const output = async () => {
    const text = await window.page.locator('.part.panel .view-lines').innerText()
    return text.replaceAll('\u00a0', ' ')
  }

  it('Choose Checkout: the one that commands work on from now on', async () => {
    await window.status(/YOLOv5 v\d/).waitFor({ timeout: patience })
    for (const [name, release] of [
      // The stand-in is a v4.0.
      ['older', /YOLOv5 v[45]\.0/],
      ['yolov5', /YOLOv5 v6\.2/],
    ] as const) {
      await window.commandAndChoose('YOLOv5 Slim: Choose Checkout', name)
      await window.status(release).waitFor({ timeout: patience })
    }
  })

  it('Check Environment: whether training could start, in the log', async () => {
    await window.command('YOLOv5 Slim: Check Environment')
    await expect.poll(output, { timeout: patience }).toContain(`YOLOv5 v6.2 in ${checkout}`)
    await expect.poll(output, { timeout: patience }).toMatch(/Python 3\.\d+\.\d+: \/.*python/)
  })

  it('Show Log: the log, where it was closed', async () => {
    await window.page.keyboard.press('Control+J')
    await window.page.locator('.part.panel .view-lines').waitFor({ state: 'hidden' })
    await window.command('YOLOv5 Slim: Show Log')
    await expect.poll(output, { timeout: patience }).toContain(`YOLOv5 v6.2 in ${checkout}`)
  })

  it('Install GPU Backend: chosen from what there is, and what is missing without a network', async () => {
    await window.command('YOLOv5 Slim: Install GPU Backend')
    const kinds = ['webgpu', 'cuda', 'native']
    await expect.poll(() => window.choices(), { timeout: patience }).toEqual(kinds)
    await window.choose('native')
    const said = await window.says(/backend\/install-failed/)
    expect(said).toContain('Try again when they can be reached')
    expect(existsSync(join(folder, 'backends', 'native'))).toBe(false)
  })

  it.skipIf(!python)('Run Workspace Script: a run like others, with its charts', async () => {
    await window.commandAndChoose('YOLOv5 Slim: Run Workspace Script', 'train_sparsity.py')
    await window.ask('Its arguments', '--sr 0.001 --epochs 4 --name mine')
    const row = '.sidebar .monaco-list-row[aria-label^="mine, Sparse, finished"]'
    await window.page.locator(row).first().waitFor({ timeout: patience })
    const frame = await window.webview('table.runs tbody tr', patience)
    await expect
      .poll(() => frame.locator('table.runs tbody').innerText(), { timeout: patience })
      .toMatch(/mine[\s\S]*4\/4/)
    await window.menu(window.run('mine'), 'Show Log')
    await window.page.locator('.editor-instance', { hasText: 'my own words' }).waitFor()
  })
})
