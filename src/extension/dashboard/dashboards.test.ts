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
beforeEach(() => {
  made.length = 0
  ran.length = 0
  const { openDashboard } = new Dashboards(context as never, {} as never).handlers
  open = async (runDir) => openDashboard(runDir)
})

it('saves a report of the runs that are shown, beside the one that the panel is about', async () => {
  await open('/w/thin')
  await made[0]?.asks({ type: 'report', runDirs: ['/w/thin', '/w/base'] })
  expect(asked.saveAs).toMatch(/thin.report\.html$/)
  await made[0]?.asks({ type: 'report', runDirs: ['/w/base', '/etc'] })
  expect(asked.saveAs).toMatch(/base.report\.html$/)
  expect(ran.map((args) => args.slice(1, -2))).toEqual([['/w/base', '/w/thin'], ['/w/base']])
})
