import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfterwards, openSession, patience, type Session } from './support/session'
import type { Window } from './support/window'
import { quick, sampleWorkspace, slim, type Workspace } from './support/workspace'

const { E2E_TENSORBOARD: tensorBoard } = process.env

describe.skipIf(!tensorBoard)('TensorBoard from the window', () => {
  let workspace: Workspace
  let session: Session
  let window: Window
  /** Interpreters of the workspace: one without packages, and one with TensorBoard. */
  const python = (name: string) => join(workspace.folder, name)
  const choosePython = (name: string): void => {
    mkdirSync(join(workspace.folder, '.vscode'), { recursive: true })
    writeFileSync(
      join(workspace.folder, '.vscode', 'settings.json'),
      JSON.stringify({ 'yolov5-slim.python': python(name) }),
    )
  }

  beforeAll(async () => {
    workspace = await sampleWorkspace()
    const flags = ['--weights', 'shapes.pt', '--epochs', '1', '--name', 'base']
    await slim(workspace.checkout, ['train', ...quick, ...flags])
    const script = (text: string) => `#!/bin/sh\n${text}\n`
    writeFileSync(python('bare'), script('exec python3 -S "$@"'), { mode: 0o755 })
    const path = `PYTHONPATH='${tensorBoard}' exec python3 "$@"`
    writeFileSync(python('equipped'), script(path), { mode: 0o755 })
    choosePython('bare')
    session = await openSession(workspace, 'tensorboard')
    window = session.window
    await window.run('base').waitFor({ timeout: patience })
  }, 600_000)
  closeAfterwards(() => session)

  /** Opens it on all runs, and returns the page of the browser that it brings up. */
  async function openBoard(): Promise<Page> {
    const page = window.page.context().waitForEvent('page', { timeout: patience })
    await window.commandAndChoose('YOLOv5 Slim: Open TensorBoard', /All runs/)
    return page
  }

  it('says how it is installed where it is not', async () => {
    await window.commandAndChoose('YOLOv5 Slim: Open TensorBoard', /All runs/)
    const said = await window.says('tensorboard/missing')
    expect(said).toContain(`Install it: '${python('bare')}' -m pip install tensorboard`)
  })

  /** Where it listens on this machine, of the address to which VS Code forwards it. */
  const portOf = (page: Page) => Number(/\/proxy\/(\d+)\//.exec(page.url())?.[1])
  const runsAt = async (port: number): Promise<readonly string[]> =>
    (await fetch(`http://127.0.0.1:${port}/data/runs`)).json()
  let port = 0

  it('opens once the interpreter has it, and has the run', async () => {
    choosePython('equipped')
    const page = await openBoard()
    await page.waitForURL(/\/proxy\/\d+\//)
    await expect.poll(() => page.title(), { timeout: patience }).toBe('TensorBoard')
    port = portOf(page)
    await expect
      .poll(() => runsAt(port), { timeout: patience })
      .toEqual([join('train', 'base', 'slim')])
    await page.close()
  })

  it('is the same one the next time', async () => {
    const page = await openBoard()
    await page.waitForURL(/\/proxy\/\d+\//)
    expect(portOf(page)).toBe(port)
    await page.close()
  })

  it('ends with the window', async () => {
    await window.page.close()
    const answers = () =>
      runsAt(port).then(
        () => true,
        () => false,
      )
    await expect.poll(answers, { timeout: patience }).toBe(false)
  })
})
