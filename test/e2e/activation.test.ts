import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { Server } from './support/server'
import { Window } from './support/window'
import { checkoutWorkspace, emptyWorkspace, type Workspace } from './support/workspace'

const files = 50_000

let server: Server | undefined
let workspace: Pick<Workspace, 'folder' | 'remove'> | undefined
afterEach(async () => {
  await Window.closeBrowser()
  await server?.stop()
  workspace?.remove()
})

/** Opens a folder with many files and lists the extensions that are active there, by name. */
async function activeIn(made: Pick<Workspace, 'folder' | 'remove'>): Promise<Map<string, string>> {
  workspace = made
  fill(join(made.folder, 'images'))
  server = await Server.start()
  const window = await Window.open(server, made.folder, 'activation')
  await window.command('Developer: Show Running Extensions')
  const rows = window.page.locator('.runtime-extensions-editor .monaco-list-row')
  await rows.first().waitFor()
  // The search for a YOLOv5 checkout, which would activate it, takes seconds.
  await window.page.waitForTimeout(15_000)
  const active = new Map<string, string>()
  for (const row of await rows.all()) {
    const name = await row.locator('.name').innerText()
    active.set(name, await row.locator('.activation-time').innerText())
  }
  return active
}

function fill(folder: string): void {
  for (let i = 0; i < files; i += 500) {
    const part = join(folder, String(i))
    mkdirSync(part, { recursive: true })
    for (let j = 0; j < 500; j++) writeFileSync(join(part, `${j}.txt`), '')
  }
}

it('is active beside a YOLOv5 checkout, among 50,000 files', async () => {
  const active = await activeIn(checkoutWorkspace())
  const time = active.get('YOLOv5 Slim')
  // A figure to be looked at, not a limit: it is of this machine, as busy as it is.
  console.log(`YOLOv5 Slim: ${time}`)
  expect(time).toMatch(/\d+ms/)
})

it('is not active where there is no YOLOv5', async () => {
  const active = await activeIn(emptyWorkspace())
  expect(active.size).toBeGreaterThan(0)
  expect([...active.keys()]).not.toContain('YOLOv5 Slim')
})
