import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import {
  closeAfterwards,
  fillForm,
  openSession,
  patience,
  type Session,
  startForm,
} from './support/session'
import type { Window } from './support/window'
import { sampleWorkspace, type Workspace } from './support/workspace'

let workspace: Workspace
let session: Session
let window: Window
const page = () => window.webview('#field-data', patience)

beforeAll(async () => {
  workspace = await sampleWorkspace()
  session = await openSession(workspace, 'form')
  window = session.window
}, 300_000)
closeAfterwards(() => session)

it('says beside the fields what is wrong, and the command line below', async () => {
  await window.status(/YOLOv5 v/).waitFor({ timeout: patience })
  await window.command('YOLOv5 Slim: Sparse Training')
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
  // As a person does it: a browser's own reload gives VS Code no time to save.
  await window.command('Developer: Reload Window')
  await window.page.waitForEvent('load')
  await window.status(/YOLOv5 v/).waitFor({ timeout: patience })
  const form = await page()
  await expect.poll(() => form.inputValue('#field-sr'), { timeout: patience }).toBe('0.00001')
  await form.waitForSelector('#said-sr .warning', { timeout: patience })
}, 400_000)

it('starts the stage, and shows its dashboard', async () => {
  const values = { epochs: '1', batch: '8', imgsz: '64', sr: 'auto', name: 'e2e' }
  await startForm(await fillForm(window, values))
  const manifest = join(workspace.checkout, 'runs/train/e2e/slim/run.json')
  await expect.poll(() => existsSync(manifest), { timeout: patience }).toBe(true)
  expect(JSON.parse(readFileSync(manifest, 'utf8')).commandLine.slice(0, 3)).toEqual([
    ...['sparse', '--data', 'data/shapes.yaml'],
  ])
  const events = join(workspace.checkout, 'runs/train/e2e/slim/events.jsonl')
  const ended = () => existsSync(events) && /"type":"finished"/.test(readFileSync(events, 'utf8'))
  await window.page.locator('.tab', { hasText: 'e2e' }).first().waitFor({ timeout: patience })
  await expect.poll(ended, { timeout: 150_000, interval: 1000 }).toBe(true)
}, 600_000)
