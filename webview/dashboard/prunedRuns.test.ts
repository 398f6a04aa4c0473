import { beforeEach, expect, it, vi } from 'vitest'
import type { RunModel } from './model'
import { PrunedRuns } from './prunedRuns'

const { FakeFrame, frames, shown } = vi.hoisted(() => {
  const frames = new Map<string, FakeFrame>()
  class FakeFrame {
    readonly root = {}
    readonly show = () => undefined
    readonly dropZoom = vi.fn()
    readonly dispose = vi.fn()
    constructor({ file }: { readonly file: string }) {
      frames.set(file.replace('-channels', ''), this)
    }
  }
  return { FakeFrame, frames, shown: { parts: 0 } }
})
vi.mock('../charts/frame', () => ({ ChartFrame: FakeFrame }))
vi.mock('../charts/channelsPicture', () => ({}))
vi.mock('../charts/theme', () => ({}))
vi.mock('../preview/totals', () => ({
  Totals: class {
    readonly show = () => undefined
  },
}))
vi.mock('../common/element', () => ({
  element: () => ({}),
  arrange: (_: unknown, { length }: readonly unknown[]) => {
    shown.parts = length
  },
}))

const run = (name: string) =>
  ({ view: { runDir: `/w/${name}`, name }, pruned: { layers: [] } }) as unknown as RunModel
const [a, b] = [run('a'), run('b')]

beforeEach(() => frames.clear())

it('keeps the chart of a prune that is hidden, and lets go of one that the page no longer has', () => {
  const runs = new PrunedRuns(() => undefined)
  expect(runs.draw([a, b], [a, b])).toBe(true)
  const first = frames.get('a')
  expect(runs.draw([a, b], [b])).toBe(true)
  expect(shown.parts).toBe(1)
  expect(first?.dispose).not.toHaveBeenCalled()
  expect(runs.draw([b], [])).toBe(false)
  expect(shown.parts).toBe(0)
  expect(first?.dispose).toHaveBeenCalledOnce()
  expect(frames.get('b')?.dispose).not.toHaveBeenCalled()
  runs.draw([a, b], [a, b])
  expect(frames.get('a')).not.toBe(first)
})

it('drops the zoom of its charts when the page turns', () => {
  const runs = new PrunedRuns(() => undefined)
  runs.draw([a], [a])
  runs.turn()
  expect(frames.get('a')?.dropZoom).toHaveBeenCalledOnce()
})
