import type { Frame } from 'playwright-core'
import { afterAll, afterEach } from 'vitest'
import { Server, type ServerOptions } from './server'
import { Window, type WindowOptions } from './window'
import { stopRuns, type Workspace } from './workspace'

/** For what a busy machine does in its own time. */
export const patience = 150_000

/** A VS Code with one window on a workspace, and what is left of it taken away again. */
export type Session = {
  readonly server: Server
  readonly window: Window
  close(): Promise<void>
}

/**
 * Opens a workspace in a VS Code of its own, with the side bar of the extension shown. Runs wait in a queue of their
 * own: whatever else computes on this machine is not waited for.
 */
export async function openSession(
  workspace: Pick<Workspace, 'folder' | 'remove'> & Partial<Workspace>,
  name: string,
  options: ServerOptions & WindowOptions = {},
): Promise<Session> {
  const server = await Server.start({
    ...options,
    settings: { 'yolov5-slim.engine': 'builtin', ...options.settings },
    env: { YOLOV5_SLIM_QUEUE: `${workspace.folder}/.queue`, ...options.env },
  })
  const close = () =>
    inTurn([
      () => Window.closeBrowser(),
      () => stopRuns(workspace),
      () => server.stop(),
      async () => workspace.remove(),
    ])
  try {
    const window = await Window.open(server, workspace.folder, name, options)
    await window.openSideBar()
    return { server, window, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Takes every step, also after one that failed; then fails as the first of those did. */
async function inTurn(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) await step().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

/** Keeps what a failed test saw, and closes the session after all tests. */
export function closeAfterwards(current: () => Session | undefined): void {
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await current()?.window.keepEvidence(task.name)
  })
  afterAll(() => current()?.close())
}

/** Fills in the form of a stage, as soon as it is there. */
export async function fillForm(
  window: Window,
  values: Readonly<Record<string, string>>,
): Promise<Frame> {
  const form = await window.webview('#field-data', patience)
  for (const [key, value] of Object.entries(values)) await form.fill(`#field-${key}`, value)
  return form
}

/** Starts what the form describes, once it has nothing against it. */
export async function startForm(form: Frame): Promise<void> {
  const start = 'vscode-button[appearance=primary]:not([disabled])'
  await form.waitForSelector(start, { timeout: patience })
  await form.click(start)
}

/** Values of a training that is over in seconds, or never where `epochs` are many. */
export const quickValues = {
  ...{ data: 'data/shapes.yaml', weights: 'shapes.pt', cfg: '' },
  ...{ batch: '8', imgsz: '64' },
} as const
