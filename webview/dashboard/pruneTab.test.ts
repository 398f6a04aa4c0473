import { beforeEach, expect, it, vi } from 'vitest'
import type { PreviewOptions } from '../../src/extension/preview/contract'
import type { PreviewPorts } from '../preview/mount'
import { Settings } from './context'
import { PruneTab } from './pruneTab'

type Mounted = { readonly path: string; readonly ports: PreviewPorts; readonly dispose: () => void }

const mounted = vi.hoisted((): Mounted[] => [])
vi.mock('../preview/mount', () => ({
  mountPreview: (_: unknown, { path }: Mounted, __: unknown, ports: PreviewPorts) => {
    const preview = { path, ports, dispose: vi.fn() }
    mounted.push(preview)
    return preview
  },
}))
vi.mock('../../src/extension/preview/arguments', () => ({ keptOptions: () => ({}) }))
vi.mock('../common/element', () => ({ element: () => ({}) }))
vi.mock('../common/controls', () => ({ button: () => ({}) }))
vi.mock('./choice', () => ({
  Choice: class {
    readonly root = {}
    readonly draw = () => undefined
  },
}))

function page(...names: readonly string[]) {
  const asked: string[] = []
  const host = {
    keep: () => undefined,
    post: (message: { readonly type: string; readonly runDir: string }) => {
      if (message.type === 'preview') asked.push(message.runDir)
    },
  }
  const runs = (of: readonly string[]) => of.map((runDir) => ({ view: { runDir, checkpoint: {} } }))
  const model = { runs: runs(names) }
  const settings = new Settings(host as never, undefined)
  const tab = new PruneTab({ host, model, settings } as never)
  const draw = (...shown: readonly string[]) => {
    model.runs = runs(shown)
    tab.draw()
  }
  const take = (runDir: string) =>
    tab.take({
      ...{ type: 'preview', runDir, reason: '' },
      data: { path: `${runDir}/last.pt`, output: '' } as never,
    })
  return { tab, settings, asked, draw, take }
}

const options = { imageSize: 320 } as PreviewOptions

beforeEach(() => {
  mounted.length = 0
  Object.assign(globalThis, { window: globalThis })
})

it('takes the preview away as soon as the page turns, with what was set in it kept', () => {
  const { tab, settings, asked, draw, take } = page('/w/a')
  tab.draw()
  take('/w/a')
  mounted[0]?.ports.onChange(options)
  tab.turn()
  expect(mounted[0]?.dispose).toHaveBeenCalledOnce()
  expect(settings.value.previews).toEqual({ '/w/a': { options, offered: '' } })
  draw('/w/b')
  take('/w/a')
  expect(asked).toEqual(['/w/a', '/w/b'])
  expect(mounted).toHaveLength(1)
})

it('takes the preview of a run away before that of another is read, and leaves it while it is read again', () => {
  const { tab, settings, draw, take } = page('/w/a', '/w/b')
  settings.change({ prune: { runDir: '/w/a' } })
  tab.draw()
  take('/w/a')
  tab.draw()
  expect(mounted[0]?.dispose).not.toHaveBeenCalled()
  settings.change({ prune: { runDir: '/w/b' } })
  draw('/w/a', '/w/b')
  expect(mounted[0]?.dispose).toHaveBeenCalledOnce()
})

it('reads the checkpoint of a run again whose folder has another name, with what was set just before', () => {
  const { tab, settings, asked, draw, take } = page('/w/a')
  tab.draw()
  take('/w/a')
  mounted[0]?.ports.onChange(options)
  tab.move('/w/a')
  settings.move('/w/a', '/w/new')
  expect(mounted[0]?.dispose).toHaveBeenCalledOnce()
  expect(Object.keys(settings.value.previews)).toEqual(['/w/new'])
  draw('/w/new')
  expect(asked).toEqual(['/w/a', '/w/new'])
  take('/w/new')
  tab.move('/w/other')
  expect(mounted[1]?.dispose).not.toHaveBeenCalled()
})
