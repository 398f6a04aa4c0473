import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it, vi } from 'vitest'
import type { CheckpointView } from '../../core/slimming/checkpointView'
import { stampOf } from '../common/stamp'
import { initialOptions } from './arguments'
import type { PreviewToPage } from './contract'
import { type PreviewContext, PreviewHost } from './previewHost'

const workspace = vi.hoisted(() => ({ isTrusted: true }))
vi.mock('vscode', () => ({ workspace, commands: {}, env: {} }))

const folder = mkdtempSync(join(tmpdir(), 'preview-'))
const path = join(folder, 'last.pt')
const output = join(folder, 'small.pt')
const view = { network: {} } as unknown as CheckpointView
const options = initialOptions(output)
beforeEach(() => {
  workspace.isTrusted = true
  rmSync(output, { force: true })
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The host of a checkpoint that was just shown, and all that it said since. */
async function shown() {
  writeFileSync(path, 'epoch 1')
  const sent: PreviewToPage[] = []
  const pruned: string[] = []
  const context = {
    channel: { info: () => undefined, error: () => undefined },
    checkouts: { all: [], selected: undefined },
    runs: { all: [], refresh: async () => undefined },
    program: {
      run: async ([command = '']: readonly string[]) => {
        pruned.push(command)
        writeFileSync(output, 'small')
      },
      json: async () => ({}),
    },
  } as unknown as PreviewContext
  const host: PreviewHost = new PreviewHost(context, path, {
    post: (message) => sent.push(message),
    readAgain: async () => void host.data(view, await stampOf(path)),
  })
  host.data(view, await stampOf(path))
  const states = () =>
    sent.flatMap((message) => (message.type === 'previewState' ? [message.state.kind] : []))
  return { host, sent, pruned, states }
}

it('prunes what it showed, and says so again to a page that is made anew', async () => {
  const { host, pruned, states } = await shown()
  host.repeat()
  expect(states()).toEqual([])
  await host.receive({ type: 'previewPrune', path, options })
  expect(pruned).toEqual(['prune'])
  host.repeat()
  expect(states()).toEqual(['pruning', 'pruned', 'pruned'])
})

it('shows a checkpoint that has changed, instead of pruning another than was seen', async () => {
  const { host, pruned, states } = await shown()
  writeFileSync(path, 'epoch 2, and more')
  await host.receive({ type: 'previewPrune', path, options })
  expect(pruned).toEqual([])
  expect(states()).toEqual(['pruning', 'failed'])
  await host.receive({ type: 'previewPrune', path, options })
  expect(pruned).toEqual(['prune'])
})

it('untrusted: nothing is pruned, until trust is given', async () => {
  workspace.isTrusted = false
  const { host, sent, pruned } = await shown()
  expect(host.data(view, await stampOf(path))?.locked).toContain('not trusted')
  await host.receive({ type: 'previewPrune', path, options })
  expect([pruned, sent]).toEqual([[], []])
  workspace.isTrusted = true
  host.unlock()
  expect(sent).toEqual([{ type: 'previewLock', path, locked: null }])
  await host.receive({ type: 'previewPrune', path, options })
  expect(pruned).toEqual(['prune'])
})

it('has the share that the run aims at, where it aims at one', async () => {
  const { host } = await shown()
  const stamp = await stampOf(path)
  expect(host.data(view, stamp, 0.7)?.percent).toBe(0.7)
  expect(host.data(view, stamp)).not.toHaveProperty('percent')
})

it('answers where the norms of the filters cannot be read', async () => {
  const { host, sent } = await shown()
  await expect(host.receive({ type: 'previewNorms', path })).rejects.toThrow()
  expect(sent).toEqual([{ type: 'previewNorms', path, norms: null }])
})
