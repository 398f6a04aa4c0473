import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DashboardPanel } from './panel'

const here = vi.hoisted(() => ({
  posted: [] as { readonly type: string }[],
  ready: async () => undefined as undefined | Promise<void>,
  /** Id of the run in each folder. */
  disk: new Map<string, string>(),
}))
vi.mock('vscode', () => ({
  workspace: { onDidGrantWorkspaceTrust: () => ({ dispose: () => undefined }) },
}))
vi.mock('../webview/page', () => ({
  Page: class {
    constructor({ onReady }: { readonly onReady: () => Promise<undefined> }) {
      here.ready = onReady
    }
    readonly post = (message: { readonly type: string }) => here.posted.push(message)
    readonly dispose = () => undefined
  },
}))
vi.mock('../../core/disk/isGone', () => ({ isGone: async (dir: string) => !here.disk.has(dir) }))
vi.mock('../log', () => ({ writeError: () => undefined }))
vi.mock('./previews', () => ({ RunPreviews: class {} }))
vi.mock('./hardware', () => ({
  HardwareLog: class {
    readonly samples = []
  },
}))
vi.mock('./collect', () => ({
  collectTitle: () => '',
  collectRunView: ({ runDir }: { readonly runDir: string }) => ({ runDir }),
}))
vi.mock('./relatives', () => ({
  relativesOf: async (all: readonly string[]) => ({ all, before: new Map() }),
}))
vi.mock('./feed', () => ({
  RunFeed: class {
    run: object | undefined
    constructor(readonly runDir: string) {}
    readonly startOver = () => undefined
    readonly lookAtGammas = async () => undefined
    async look() {
      const { runDir } = this
      if (!here.disk.has(runDir)) throw new Error('gone')
      this.run ??= { runDir, manifest: { id: here.disk.get(runDir) }, state: 'finished' }
      return { run: this.run }
    }
  },
}))

const listen = () => ({ dispose: () => undefined })
const webview = { visible: true, onDidChangeViewState: listen, onDidDispose: listen, title: '' }
/** What the window knows of the runs on the disk. */
const runs = {
  get: (dir: string) => here.disk.has(dir) && { manifest: { id: here.disk.get(dir) } },
}
let panel: DashboardPanel

beforeEach(() => {
  vi.useFakeTimers()
  here.posted.length = 0
  here.disk.clear()
  for (const name of ['a', 'b', 'c']) here.disk.set(`/w/${name}`, name)
  panel = new DashboardPanel(webview as never, { context: { runs } } as never)
})
afterEach(() => {
  panel.dispose()
  vi.useRealTimers()
})

/** A folder goes without a word of where to, and the panel has seen it. */
async function lose(name: string): Promise<void> {
  here.disk.delete(`/w/${name}`)
  await vi.advanceTimersByTimeAsync(1000)
}

async function rename(from: string, to: string): Promise<void> {
  const move = { from: `/w/${from}`, to: `/w/${to}` }
  here.disk.set(move.to, here.disk.get(move.from) ?? from)
  const followed = panel.follow(move)
  here.disk.delete(move.from)
  await followed
}

it('goes on with a run whose folder was seen to be gone before its new name was told', async () => {
  await panel.show(['/w/a', '/w/b'])
  await lose('a')
  expect(panel.runDirs).toEqual(['/w/b'])
  await rename('a', 'new')
  expect(panel.runDirs).toEqual(['/w/b', '/w/new'])
})

it('does not take up a run that took the name of one that was lost and followed', async () => {
  await panel.show(['/w/a', '/w/b'])
  await lose('a')
  await rename('a', 'new')
  here.disk.set('/w/a', 'later')
  await rename('a', 'other')
  expect(panel.runDirs).toEqual(['/w/b', '/w/new'])
})

it('does not take up a run that took the name of one that was deleted', async () => {
  await panel.show(['/w/a', '/w/b'])
  await lose('a')
  here.disk.set('/w/a', 'later')
  await rename('a', 'other')
  expect(panel.runDirs).toEqual(['/w/b'])
})

it('waits for no run that it was turned away from', async () => {
  await panel.show(['/w/a', '/w/b'])
  await lose('a')
  await panel.show(['/w/c'])
  await rename('a', 'new')
  expect(panel.runDirs).toEqual(['/w/c'])
})

it('tells its page of a new name before the run comes under it, and again when the page is made anew', async () => {
  await panel.show(['/w/a'])
  here.posted.length = 0
  await rename('a', 'new')
  const expected = [
    { type: 'moved', from: '/w/a', to: '/w/new' },
    { type: 'runs', runs: [{ runDir: '/w/new' }] },
  ]
  expect(here.posted.slice(0, 2)).toEqual(expected)
  here.posted.length = 0
  await here.ready()
  expect(here.posted.slice(0, 2)).toEqual(expected)
  here.disk.set('/w/a', 'later')
  await panel.show(['/w/a'])
  here.posted.length = 0
  await here.ready()
  expect(here.posted).toEqual([{ type: 'runs', runs: [{ runDir: '/w/a' }] }])
})
