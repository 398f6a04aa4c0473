import { expect, it } from 'vitest'
import type { DashboardState } from '../../src/extension/dashboard/contract'
import { Settings } from './context'

const initial: DashboardState = {
  ...{ runDirs: ['/w/a'], tab: 'gamma', hidden: [], pinned: [], previews: {} },
  gamma: { runDir: '/w/a', layer: 'model.0.bn', epoch: 3, percent: 0.7, log: ['bars'] },
  prune: { runDir: '/w/a' },
}
function settings() {
  const said: string[] = []
  const host = { keep: () => undefined, post: ({ type }: { type: string }) => said.push(type) }
  return { said, settings: new Settings(host as never, initial) }
}

it('turns to other runs with what was chosen for any, not for one of those it had', () => {
  const { settings: kept, said } = settings()
  kept.turn()
  expect(kept.value).toEqual({
    ...{ ...initial, prune: undefined },
    gamma: { runDir: undefined, layer: '', epoch: undefined, percent: 0.7, log: ['bars'] },
  })
  expect(said).toEqual([])
})

it('says that the panel is to stay when runs are hidden or pinned', () => {
  const { settings: kept, said } = settings()
  kept.toggle('hidden', '/w/a')
  expect(kept.value.hidden).toEqual(['/w/a'])
  expect(said).toEqual(['keep'])
})

it('keeps what was set for a run whose folder has another name', () => {
  const { settings: kept } = settings()
  const preview = { options: {} as never, offered: 'pruned.pt' }
  kept.change({ hidden: ['/w/b', '/w/a'], pinned: ['/w/a'], previews: { '/w/a': preview } })
  kept.move('/w/a', '/w/new')
  expect(kept.value).toEqual({
    ...{ runDirs: ['/w/new'], tab: 'gamma', hidden: ['/w/b', '/w/new'], pinned: ['/w/new'] },
    ...{ previews: { '/w/new': preview }, prune: { runDir: '/w/new' } },
    gamma: { ...initial.gamma, runDir: '/w/new' },
  })
  const before = kept.value
  kept.move('/w/other', '/w/another')
  expect(kept.value).toEqual(before)
})
