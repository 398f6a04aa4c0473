import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { Server } from './support/server'
import { Window } from './support/window'
import { sampleWorkspace, type Workspace } from './support/workspace'

let workspace: Workspace
let server: Server | undefined
let window: Window | undefined

beforeAll(async () => {
  workspace = await sampleWorkspace()
  server = await Server.start({
    settings: { 'yolov5-slim.engine': 'builtin' },
    // Whatever else computes on this machine is not waited for.
    env: { YOLOV5_SLIM_QUEUE: join(workspace.folder, '.queue') },
  })
  window = await Window.open(server, workspace.folder, 'form')
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await window?.keepEvidence(task.name)
})
afterAll(async () => {
  await Window.closeBrowser()
  await server?.stop()
  workspace?.remove()
})

/** The extension host of a busy machine takes its time after a reload. */
const patience = 150_000

const page = async () => (await opened()).webview('#field-data', patience)
async function opened(): Promise<Window> {
  if (!window) throw new Error('no window')
  return window
}

it('says beside the fields what is wrong, and the command line below', async () => {
  const here = await opened()
  await here.status(/YOLOv5 v/).waitFor({ timeout: patience })
  await here.command('YOLOv5 Slim: Sparse Training')
  const form = await page()
  await form.fill('#field-data', 'data/nowhere.yaml')
  await form.waitForSelector('#said-data .error', { timeout: patience })
  await form.fill('#field-data', 'data/shapes.yaml')
  await form.fill('#field-weights', 'shapes.pt')
  await form.fill('#field-cfg', '')
  await form.fill('#field-sr', '0.00001')
  await form.waitForSelector('#said-sr .warning')
  const command = await form.textContent('.command code')
  expect(command).toContain('yolov5-slim sparse --data data/shapes.yaml --weights shapes.pt')
  expect(command).toContain('--engine builtin')
}, 400_000)

it('is as it was after a reload of the window', async () => {
  const here = await opened()
  // As a person does it: a browser's own reload gives VS Code no time to save.
  await here.command('Developer: Reload Window')
  await here.page.waitForEvent('load')
  await here.status(/YOLOv5 v/).waitFor({ timeout: patience })
  const form = await page()
  await expect.poll(() => form.inputValue('#field-sr'), { timeout: patience }).toBe('0.00001')
  await form.waitForSelector('#said-sr .warning', { timeout: patience })
}, 400_000)

it('starts the stage, and shows its dashboard', async () => {
  const form = await page()
  const values = { epochs: '1', batch: '8', imgsz: '64', sr: 'auto', name: 'e2e' }
  for (const [key, value] of Object.entries(values)) await form.fill(`#field-${key}`, value)
  await form.waitForSelector('vscode-button[appearance=primary]:not([disabled])', {
    timeout: patience,
  })
  await form.click('vscode-button[appearance=primary]')
  const manifest = join(workspace.checkout, 'runs/train/e2e/slim/run.json')
  await expect.poll(() => existsSync(manifest), { timeout: patience }).toBe(true)
  expect(JSON.parse(readFileSync(manifest, 'utf8')).commandLine.slice(0, 3)).toEqual([
    ...['sparse', '--data', 'data/shapes.yaml'],
  ])
  const events = join(workspace.checkout, 'runs/train/e2e/slim/events.jsonl')
  const ended = () => existsSync(events) && /"type":"finished"/.test(readFileSync(events, 'utf8'))
  await (await opened()).page
    .locator('.tab', { hasText: 'e2e' })
    .first()
    .waitFor({ timeout: patience })
  await expect.poll(ended, { timeout: 150_000, interval: 1000 }).toBe(true)
}, 600_000)
