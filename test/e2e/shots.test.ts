import { cpSync, writeFileSync, mkdirSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, it } from 'vitest'
import { openSession, patience } from '/work/main/test/e2e/support/session'
import { Window } from '/work/main/test/e2e/support/window'
const out = process.env.SHOTS ?? '/tmp/dev/shots'
mkdirSync(out, { recursive: true })
const themes = { light: 'Default Light Modern', dark: 'Default Dark Modern' }
describe.each(Object.entries(themes))('%s', (name, theme) => {
  it('shots', async () => {
    const folder = `/tmp/dev/ws-${name}/shapes-project`
    execFileSync('rm', ['-rf', `/tmp/dev/ws-${name}`]); mkdirSync(folder, { recursive: true })
    cpSync('/work/checkouts/v6.2', join(folder, 'yolov5'), { recursive: true })
    cpSync('/tmp/shotsrc/runs', join(folder, 'yolov5/runs/train'), { recursive: true })
    cpSync('/tmp/shotsrc/shapes', join(folder, 'shapes'), { recursive: true })
    cpSync('/tmp/shotsrc/shapes/data.yaml', join(folder, 'yolov5/data/shapes.yaml'))
    execFileSync('bash', ['-c', `cd ${folder} && grep -rl --include=*.json --include=*.jsonl --include=*.yaml --include=*.txt /tmp/shotsrc yolov5/runs shapes yolov5/data | xargs sed -i 's#/tmp/shotsrc/shapes#${folder}/shapes#g; s#/tmp/shotsrc/runs#${folder}/yolov5/runs/train#g; s#/tmp/shotsrc/y#${folder}/yolov5#g'`])
    const s = await openSession({ folder, remove: () => undefined }, `shots-${name}`, { width: 1400, height: 860, settings: { 'workbench.colorTheme': theme, 'window.zoomLevel': 0 } })
    const { window } = s
    const shot = async (what: string) => { await window.page.mouse.move(720, 852); await window.page.waitForTimeout(1500); await window.screenshot(join(out, `${what}-${name}.png`)) }
    await window.status(/YOLOv5/).waitFor({ timeout: patience })
    await window.run('finetune').waitFor({ timeout: patience })
    await window.row(/YOLOv5 v6\.2/).locator('.monaco-tl-twistie').click()
    await window.run('finetune').click()
    const frame = await window.webview('table.runs tbody tr', patience)
    await frame.locator('figure.chart canvas').first().waitFor()
    await window.page.waitForTimeout(3000)
    await shot('metrics')
    await window.command('View: Close All Editors')
    await window.run('sparse').click()
    const sparse = await window.webview('table.runs tbody tr', patience)
    await sparse.locator('#tab-gamma').click()
    await window.page.waitForTimeout(3000)
    await shot('gamma')
    await sparse.locator('#tab-hardware').click()
    await shot('hardware')
    await window.command('View: Close All Editors')
    await window.menu(window.run('sparse'), 'Prune…')
    const preview = await window.webview('.preview .layers', 25_000).catch(async (e) => { await window.screenshot(`/tmp/dev/fail-${name}.png`); throw e })
    await preview.locator('.amount input[type=range]').fill('0.6')
    await shot('prune')
    await window.command('View: Close All Editors')
    await window.command('YOLOv5 Slim: Sparse Training')
    const form = await window.webview('#field-data', patience)
    await form.fill('#field-data', 'data/shapes.yaml'); await form.fill('#field-weights', 'runs/train/base/weights/best.pt'); await form.fill('#field-cfg', '')
    await shot('form')
    await window.command('View: Close All Editors')
    await window.command('YOLOv5 Slim: Open Checkpoint')
    await window.pick(/finetune.*best\.pt|best\.pt.*finetune/)
    await window.webview('.preview .layers', patience)
    await shot('checkpoint')
    await window.command('View: Close All Editors')
    await window.row(/YOLOv5 v6\.2/).click()
    writeFileSync(join(folder, 'yolov5/models/mine.yaml'), `# YOLOv5n of ours\nnc: 3\ndepth_multiple: 0.33\nwidth_multiple: 0.25\nactivation: nn.ReLU()\nanchors: 3\n\nbackbone:\n  # [from, number, module, args]\n  [[-1, 1, Focus, [64, 3]],\n   [-1, 1, Conv, [128, 3, 2]],\n   [-1, 3, C33, [128]],\n   [-1, 1, SPPF, [128, 5]]]\n\nhead:\n  [[-1, 1, Conv, [64, 1, 1]],\n   [[3, 4], 1, Detect, [nc, anchors]]]\n`)
    await window.openFile('mine.yaml')
    await window.page.locator('.squiggly-error').first().waitFor({ timeout: patience })
    await window.command('View: Focus Problems')
    await shot('diagnostics')
    await Window.closeBrowser(); await s.server.stop()
  }, 600_000)
})
