import { beforeEach, expect, it, vi } from 'vitest'
import type { DashboardState } from '../../src/extension/dashboard/contract'
import type { DashboardMessage } from './model'

type Handlers = {
  readonly onStart: (host: object) => void
  readonly onMessage: (message: DashboardMessage) => void
}

const page = vi.hoisted(() => {
  const turned: string[] = []
  class Part {
    readonly root = {}
    readonly draw = () => undefined
    readonly turn = () => turned.push(this.constructor.name)
    readonly move = (from: string) => turned.push(`moved ${from}`)
  }
  Object.assign(globalThis, { document: { body: { replaceChildren: () => undefined } } })
  return { Part, turned, handlers: undefined as Handlers | undefined }
})
vi.mock('./page.css', () => ({}))
vi.mock('../charts/basics', () => ({ applyTheme: () => undefined }))
vi.mock('../charts/kit', () => ({ registerCharts: () => undefined }))
vi.mock('../charts/theme', () => ({ onThemeChange: () => undefined, readTheme: () => ({}) }))
vi.mock('../common/controls', () => ({ registerControls: () => undefined, tabs: () => ({}) }))
vi.mock('../common/element', () => ({ element: () => ({ append: () => undefined }) }))
vi.mock('../common/host', () => ({
  connect: (_: unknown, handlers: Handlers) => {
    page.handlers = handlers
  },
}))
vi.mock('./runList', () => ({ RunList: page.Part }))
vi.mock('./notices', () => ({ Notices: page.Part }))
vi.mock('./metricsTab', () => ({ MetricsTab: class Metrics extends page.Part {} }))
vi.mock('./gammaTab', () => ({ GammaTab: class Gamma extends page.Part {} }))
vi.mock('./pruneTab', () => ({ PruneTab: class Prune extends page.Part {} }))
vi.mock('./hardwareTab', () => ({ HardwareTab: class Hardware extends page.Part {} }))

let kept: DashboardState
const start = async (tab: string) => {
  await import('./main')
  const state = {
    ...{ runDirs: ['/w/a'], tab, hidden: [], pinned: [], previews: {} },
    gamma: { layer: 'model.0.bn', epoch: 3 },
  }
  const keep = (now: DashboardState) => {
    kept = now
  }
  page.handlers?.onStart({ keep, post: () => undefined, state: () => state })
}
const take = (message: object) => page.handlers?.onMessage(message as DashboardMessage)
const show = (...runDirs: readonly string[]) =>
  take({ type: 'runs', runs: runDirs.map((runDir) => ({ runDir, ancestor: false })) })

beforeEach(() => {
  page.turned.length = 0
})

it.each(['metrics', 'gamma', 'prune'])('tells the tab %s that the page turns', async (tab) => {
  await start(tab)
  show('/w/a')
  show()
  expect(page.turned).toEqual([])
  show('/w/b')
  expect(page.turned.map((name) => name.toLowerCase())).toEqual([tab])
  expect(kept.gamma).toMatchObject({ layer: '' })
})

it('stays where it is when the folder of its run has another name', async () => {
  await start('prune')
  show('/w/a')
  show()
  take({ type: 'moved', from: '/w/a', to: '/w/new' })
  show('/w/new')
  expect(page.turned).toEqual(['moved /w/a'])
  expect(kept.gamma).toEqual({ layer: 'model.0.bn', epoch: 3 })
  show('/w/a')
  expect(page.turned).toEqual(['moved /w/a', 'Prune'])
})
