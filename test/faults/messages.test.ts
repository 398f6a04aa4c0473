import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { CheckpointPanel } from '../../src/extension/checkpointViewer/checkpointPanel'
import { checkpointContract } from '../../src/extension/checkpointViewer/contract'
import { dashboardContract } from '../../src/extension/dashboard/contract'
import { DashboardPanel } from '../../src/extension/dashboard/panel'
import { formContract } from '../../src/extension/form/contract'
import { FormPanel } from '../../src/extension/form/formPanel'
import { initialOptions } from '../../src/extension/preview/arguments'
import { acts, Uri, workspace } from './support/editor'
import { count, Worst } from './support/figures'
import { mangle } from './support/mangle'
import { baseline } from './support/program'
import { randomFor } from './support/random'
import { scratch } from './support/runs'

const each = 3000
const folder = scratch('messages')
const model = join(folder.path, 'model.pt')
copyFileSync(baseline, model)
afterAll(folder.dispose)

/** What a handler did that reaches beyond its page. */
const warnings: string[] = []
const channel = {
  ...{ info: () => undefined, show: () => undefined },
  warn: (text: string) => warnings.push(text),
  error: (text: string) => warnings.push(text),
}
const program = {
  run: async (args: readonly string[]) => void acts.push(`run ${args[0]}`),
  json: async (args: readonly string[]) => {
    acts.push(`json ${args[0]}`)
    return {}
  },
}
const context = {
  ...{ channel, program, runs: { all: [], ready: true, refresh: async () => undefined } },
  checkouts: {
    all: [],
    selected: undefined,
    search: async () => undefined,
    onDidChange: () => ({ dispose() {} }),
  },
} as never

/** A panel whose page is this test. */
function fakePanel() {
  let send: (message: unknown) => void = () => undefined
  const subscribe = () => ({ dispose: () => undefined })
  const webview = {
    ...{ cspSource: '', asWebviewUri: (uri: unknown) => uri, postMessage: async () => true },
    onDidReceiveMessage: (listener: typeof send) => {
      send = listener
      return subscribe()
    },
  }
  const panel = {
    ...{ webview, title: '', visible: false, reveal: () => undefined, dispose: () => undefined },
    ...{ onDidDispose: subscribe, onDidChangeViewState: subscribe },
  }
  return { panel: panel as never, send: (message: unknown) => send(message) }
}

const extensionUri = Uri.file(folder.path) as never
const options = initialOptions('pruned.pt')
const state = { stage: 'sparse', root: folder.path, parent: '', values: { sr: '0.01' } } as const
const own = { path: model }
const preview = [
  { type: 'previewNorms', ...own },
  { type: 'previewPrune', ...own, options },
  { type: 'previewOpen', ...own, output: 'a.pt' },
  { type: 'previewFinetune', ...own, output: 'a.pt' },
  { type: 'previewCopy', text: 'yolov5-slim' },
]
const common = [
  { type: 'ready' },
  { type: 'save', name: 'a.csv', encoding: 'utf8', content: 'a' },
  { type: 'trouble', text: 'oh' },
]

const pages = {
  form: {
    contract: formContract,
    messages: [
      ...common,
      { type: 'edit', number: 1, state },
      { type: 'change', what: 'stage', state },
      { type: 'browse', field: 'weights', state },
      { type: 'reset', state },
      { type: 'copy', text: 'x' },
      { type: 'start', number: 1, state },
      { type: 'fix', code: 'python/missing-packages' },
    ],
    open: () => {
      const { panel, send } = fakePanel()
      const sources = {
        memory: { recall: () => ({}), remember: async () => undefined },
        place: async (root: string) => Promise.reject(new Error(root)),
        runs: async () => [],
      }
      const start = async () => void acts.push('start')
      const form = new FormPanel(panel, { extensionUri, channel, sources, start } as never)
      return { send, dispose: () => form.dispose() }
    },
  },
  checkpoint: {
    contract: checkpointContract,
    messages: [...common, { type: 'reload' }, ...preview],
    open: () => {
      const { panel, send } = fakePanel()
      const opened = new CheckpointPanel(panel, Uri.file(model) as never, {
        context,
        extensionUri,
        wantsPreview: false,
      })
      return { send, dispose: () => opened.dispose() }
    },
  },
  dashboard: {
    contract: dashboardContract,
    messages: [
      ...common,
      { type: 'gammaRow', runDir: folder.path, epoch: 1 },
      { type: 'restart', runDir: folder.path, sr: 0.01 },
      { type: 'addRuns' },
      { type: 'removeRun', runDir: folder.path },
      { type: 'report' },
      { type: 'preview', runDir: folder.path },
      { type: 'command', name: 'stop', runDir: folder.path },
      ...preview,
    ],
    open: () => {
      const { panel, send } = fakePanel()
      const answer = (_: unknown, { type }: { type: string }) => void acts.push(`act ${type}`)
      const opened = new DashboardPanel(panel, { extensionUri, context, act: answer as never })
      return { send, dispose: () => opened.dispose() }
    },
  },
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  acts.length = 0
  workspace.isTrusted = true
})

describe.each(Object.entries(pages))('the host of %s', (name, { contract, messages, open }) => {
  it(`takes ${each} mangled messages without acting on one that does not fit`, async () => {
    const random = randomFor(`messages ${name}`)
    const { send, dispose } = open()
    const worst = new Worst()
    const wrong: string[] = []
    let refused = 0
    for (let i = 0; i < each; i++) {
      const message = mangle(random.pick<Record<string, unknown>>(messages), random)
      const fits = v.safeParse(contract.toHost, message).success
      const [before, warned] = [acts.length, warnings.length]
      await worst.of(async () => {
        try {
          send(message)
        } catch (error) {
          wrong.push(`threw ${error}`)
        }
        await settled()
      })
      if (fits) continue
      refused++
      // Reading the file that it shows may have been asked for by an earlier message.
      const acted = acts.slice(before).filter((act) => !act.startsWith('json internal-checkpoint'))
      if (acted.length > 0) wrong.push(`acted: ${acted.join()}`)
      if (warnings.length === warned) wrong.push('said nothing')
    }
    dispose()
    if ('polluted' in {}) wrong.push('Object.prototype polluted')
    count({
      fault: `messages to ${name}, mangled (${refused} refused)`,
      tried: each,
      wrong: wrong.length,
      worstMs: worst.ms,
    })
    expect(wrong).toEqual([])
    expect(refused).toBeGreaterThan(each / 2)
    expect(readdirSync(folder.path)).toEqual(['model.pt'])
  })

  it('prunes and starts nothing in a workspace that is not trusted', async () => {
    workspace.isTrusted = false
    const { send, dispose } = open()
    for (const message of messages) send(message)
    await settled()
    await new Promise((resolve) => setTimeout(resolve, 400))
    dispose()
    expect(acts.filter((act) => /^(run|start)\b/.test(act))).toEqual([])
  })
})
