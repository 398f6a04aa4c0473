import { beforeEach, expect, it, vi } from 'vitest'
import { Dashboards } from './dashboards'
import type { DashboardMessage, DashboardOptions } from './panel'

/** A panel that shows runs without a window. */
class FakePanel {
  readonly panel = { reveal: vi.fn() }
  runDirs: readonly string[] = []
  shownDirs: readonly string[] = []
  private readonly ends: (() => void)[] = []

  constructor(private readonly options: DashboardOptions) {}

  track({ dispose }: { readonly dispose: () => void }): void {
    this.ends.push(dispose)
  }
  async show(runDirs: readonly string[]): Promise<void> {
    this.runDirs = runDirs
    this.shownDirs = ['/w/base', ...runDirs]
  }
  close(): void {
    for (const end of this.ends) end()
  }
  async asks(message: DashboardMessage): Promise<void> {
    await this.options.act(this as never, message)
  }
}

const made: FakePanel[] = []
const asked = { saveAs: '' }
vi.mock('./panel', () => ({
  DashboardPanel: {
    create: (options: DashboardOptions) => {
      const panel = new FakePanel(options)
      made.push(panel)
      return panel
    },
  },
}))
vi.mock('vscode', () => ({
  Uri: { file: (fsPath: string) => ({ fsPath }) },
  window: {
    showSaveDialog: async ({ defaultUri }: { readonly defaultUri: { fsPath: string } }) => {
      asked.saveAs = defaultUri.fsPath
      return { fsPath: '/tmp/page.html' }
    },
    showInformationMessage: async () => undefined,
  },
  workspace: { asRelativePath: () => 'page.html' },
}))

const ran: (readonly string[])[] = []
const context = {
  runs: { onDidMove: () => ({ dispose: () => undefined }) },
  program: { run: async (args: readonly string[]) => ran.push(args) },
}

let open: (runDir: string) => Promise<unknown>
let click: (runDir: string) => Promise<unknown>
beforeEach(() => {
  made.length = 0
  ran.length = 0
  const { openDashboard } = new Dashboards(context as never, {} as never).handlers
  open = async (runDir) => openDashboard(runDir)
  click = async (runDir) => openDashboard(runDir, undefined, { preserveFocus: true })
})

it('saves a report of the runs that are shown, beside the one that the panel is about', async () => {
  await open('/w/thin')
  await made[0]?.asks({ type: 'report', runDirs: ['/w/thin', '/w/base'] })
  expect(asked.saveAs).toMatch(/thin.report\.html$/)
  await made[0]?.asks({ type: 'report', runDirs: ['/w/base', '/etc'] })
  expect(asked.saveAs).toMatch(/base.report\.html$/)
  expect(ran.map((args) => args.slice(1, -2))).toEqual([['/w/base', '/w/thin'], ['/w/base']])
})

/** Runs of each panel, in the order in which they were opened. */
const shown = () => made.map(({ runDirs }) => runDirs.join())

it('shows in one panel what is clicked, one run after the other', async () => {
  for (const run of ['/w/a', '/w/b', '/w/c']) await click(run)
  expect(shown()).toEqual(['/w/c'])
  expect(made[0]?.panel.reveal).toHaveBeenLastCalledWith(undefined, true)
  made[0]?.close()
  await click('/w/d')
  expect(shown()).toEqual(['/w/c', '/w/d'])
})

it('leaves panels alone that were opened in so many words, before a click or after it', async () => {
  await open('/w/a')
  await click('/w/a')
  await click('/w/b')
  expect(shown()).toEqual(['/w/a', '/w/b'])
  await open('/w/b')
  await click('/w/c')
  await open('/w/d')
  expect(shown()).toEqual(['/w/a', '/w/b', '/w/c', '/w/d'])
})

it('leaves a panel alone in which the person did something', async () => {
  await click('/w/a')
  await made[0]?.asks({ type: 'keep' })
  await click('/w/b')
  await made[1]?.asks({ type: 'removeRun', runDir: '/w/other' })
  await click('/w/c')
  expect(shown()).toEqual(['/w/a', '/w/b', '/w/c'])
})
