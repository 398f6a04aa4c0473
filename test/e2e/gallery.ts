import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, it } from 'vitest'
import { fillForm, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { checkoutWorkspace, slim } from './support/workspace'

/** Takes the pictures of `media/screenshots`: every view on real runs, light and dark. To be looked at before committing. */
const root = resolve(import.meta.dirname, '../..')
const pictures = join(root, 'media', 'screenshots')
const themes = { light: 'Default Light Modern', dark: 'Default Dark Modern' }
const above = mkdtempSync(join(tmpdir(), 'gallery-'))
const folder = join(above, 'shapes-project')
const checkout = join(folder, 'yolov5')
const workspace = { folder, checkout, remove: () => undefined }
afterAll(() => rmSync(above, { recursive: true, force: true, maxRetries: 5 }))

/** A model for v5.0 in a clone of v6.2. */
const misfit = `# YOLOv5n of ours
nc: 3
depth_multiple: 0.33
width_multiple: 0.25
activation: nn.ReLU()
anchors: 3

backbone:
  # [from, number, module, args]
  [[-1, 1, Focus, [64, 3]],
   [-1, 1, Conv, [128, 3, 2]],
   [-1, 3, C33, [128]],
   [-1, 1, SPPF, [128, 5]]]

head:
  [[-1, 1, Conv, [64, 1, 1]],
   [[3, 4], 1, Detect, [nc, anchors]]]
`

/** Flags of every training. */
const flags = [
  '--engine',
  'builtin',
  '--device',
  'wasm',
  '--data',
  'data/shapes.yaml',
  '--img',
  '96',
]
const baseline = join(root, 'media/sample/baseline.pt')

beforeAll(async () => {
  const { checkout: stock, remove } = checkoutWorkspace()
  mkdirSync(folder)
  cpSync(stock, checkout, { recursive: true })
  remove()
  await slim(folder, ['sample', join(folder, 'shapes')])
  copyFileSync(join(folder, 'shapes', 'data.yaml'), join(checkout, 'data', 'shapes.yaml'))
  copyFileSync(baseline, join(checkout, 'shapes.pt'))
  const best = (run: string) => `runs/train/${run}/weights/best.pt`
  const train = (stage: string, name: string, weights: string, ...more: string[]) =>
    slim(checkout, [stage, ...flags, '--weights', weights, '--name', name, ...more])
  await train('train', 'base', baseline, '--epochs', '3')
  const aim = ['--sr', 'auto', '--percent', '0.6', '--epochs', '24']
  await train('sparse', 'sparse', best('base'), ...aim)
  const last = 'runs/train/sparse/weights/last.pt'
  const output = ['--round', '1', '--output', 'pruned.pt']
  await slim(checkout, ['prune', '--weights', last, '--percent', '0.6', ...output])
  await train('finetune', 'finetune', 'pruned.pt', '--epochs', '30')
}, 900_000)

it.each(Object.entries(themes))('%s', async (name, theme) => {
  const settings = { 'workbench.colorTheme': theme, 'window.zoomLevel': 0 }
  const size = { width: 1400, height: 860 }
  const session: Session = await openSession(workspace, `gallery-${name}`, { ...size, settings })
  try {
    await takeAll(session.window, (view) => join(pictures, `${view}-${name}.png`))
  } finally {
    await session.close()
  }
})

async function takeAll(window: Window, fileOf: (view: string) => string): Promise<void> {
  const { page } = window
  const take = async (view: string) => {
    // Out of the way of tooltips, and once charts have come to rest.
    await page.mouse.move(720, 852)
    await page.waitForTimeout(2500)
    await window.screenshot(fileOf(view))
    await window.command('View: Close All Editors')
  }
  await window.status(/YOLOv5/).waitFor({ timeout: patience })
  await window.run('finetune').waitFor({ timeout: patience })
  await window
    .row(/YOLOv5 v6\.2/)
    .locator('.monaco-tl-twistie')
    .click()

  await window.run('finetune').click()
  const dashboard = await window.webview('table.runs tbody tr', patience)
  await dashboard.locator('figure.chart canvas').first().waitFor()
  await take('metrics')

  await window.run('sparse').click()
  const sparse = await window.webview('table.runs tbody tr', patience)
  await sparse.locator('#tab-gamma').click()
  await take('gamma')

  await window.menu(window.run('sparse'), 'Prune…')
  const preview = await window.webview('.preview .layers', patience)
  await preview.locator('.amount input[type=range]').fill('0.6')
  await take('prune')

  await window.command('YOLOv5 Slim: Sparse Training')
  await fillForm(window, { data: 'data/shapes.yaml', weights: 'runs/train/base/weights/best.pt' })
  await take('form')

  await window.command('YOLOv5 Slim: Open Checkpoint')
  await window.pick(/shapes\.pt/)
  await window.webview('.preview .layers', patience)
  await take('checkpoint')

  writeFileSync(join(checkout, 'models', 'mine.yaml'), misfit)
  await window.openFile('mine.yaml')
  await page.locator('.squiggly-error').first().waitFor({ timeout: patience })
  await window.command('View: Focus Problems')
  await take('diagnostics')
  await window.command('View: Toggle Problems')
  rmSync(join(checkout, 'models', 'mine.yaml'))

  const live = ['--weights', baseline, '--epochs', '500', '--name', 'live', '--exist-ok']
  await slim(checkout, ['train', ...flags, ...live, '--detach'])
  await window.run('live').click()
  const running = await window.webview('table.runs tbody tr', patience)
  await running.locator('#tab-hardware').click()
  await page.waitForTimeout(40_000)
  await take('hardware')
  await slim(checkout, ['stop', 'live'])
  rmSync(join(checkout, 'runs', 'train', 'live'), { recursive: true })
}
