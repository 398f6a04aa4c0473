import { appendFileSync, copyFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { checkpointNorms, checkpointView } from '../../../src/cli/checkpointView'
import { openCheckpoint } from '../../../src/core/checkpoint/checkpoint'
import { detectCheckout } from '../../../src/core/yolov5/detect'
import { writeSample } from '../../../src/engines/builtin/sample/sample'
import { CheckpointPanel } from '../../../src/extension/checkpointViewer/checkpointPanel'
import { checkpointContract } from '../../../src/extension/checkpointViewer/contract'
import { type CommandName, commandIds, settings } from '../../../src/extension/contributions'
import { dashboardContract } from '../../../src/extension/dashboard/contract'
import { Dashboards } from '../../../src/extension/dashboard/dashboards'
import { formContract } from '../../../src/extension/form/contract'
import { Forms } from '../../../src/extension/form/forms'
import { showTrustNeeded } from '../../../src/extension/notify'
import { initialOptions } from '../../../src/extension/preview/arguments'
import { type CommandHandlers, registerCommands } from '../../../src/extension/registerCommands'
import { appendEvent } from '../../../src/runs/eventLog'
import { createRunFolder, runFiles, writeManifest } from '../../../src/runs/store'
import { acts, commands, configured, Uri, workspace } from './editor'
import { baseline, root as repository } from './program'
import { manifestIn, scratch, startedEvent, until } from './runs'
import { epochLines } from './simulated'

/**
 * The hosts of the pages, each with something to show: a stand-in for a checkout, its model, a data set and a run.
 * The pages are the test.
 */

export const folder = scratch('messages')
const root = join(folder.path, 'yolov5')
const model = join(root, 'model.pt')
cpSync(join(repository, 'test/fixtures/standin-new'), root, { recursive: true })
copyFileSync(baseline, model)
const data = await writeSample(join(folder.path, 'set'), { train: 8, val: 4, size: 32, seed: 1 })
const detection = await detectCheckout(root)
// What a page asks is not to start the Python that happens to be here.
configured.set(settings.python, join(folder.path, 'no-python'))

const runDir = await createRunFolder(join(root, 'runs/train'), 'exp')
await writeManifest(runDir, manifestIn(root))
const { events } = runFiles(runDir)
await appendEvent(events, startedEvent)
appendFileSync(events, epochLines(0, 480, 4))
await appendEvent(events, { type: 'checkpoint', path: model, kind: 'last', bytes: 1 })
await appendEvent(events, { type: 'finished', summary: { seconds: 1 } })

/** What the program prints of the model. */
function printed(args: readonly string[]): unknown {
  const checkpoint = openCheckpoint(model)
  try {
    const norms = args.includes('--norms')
    const view = norms ? checkpointNorms(checkpoint) : checkpointView(checkpoint)
    return JSON.parse(JSON.stringify(view))
  } finally {
    checkpoint.close()
  }
}
const views = { view: printed([]), norms: printed(['--norms']) }

const program = {
  run: async ([command]: readonly string[]) => void acts.push(`run ${command}`),
  json: async ([command, ...rest]: readonly string[]) => {
    if (command === 'internal-checkpoint') return rest[0] === '--norms' ? views.norms : views.view
    acts.push(`run ${command}`)
    return { runDir, log: '' }
  },
}

/** What was told to the person. */
export const warnings: string[] = []
const channel = {
  ...{ info: () => undefined, show: () => undefined },
  warn: (text: string) => warnings.push(text),
  error: (text: string) => warnings.push(text),
}
const context = {
  ...{ channel, program },
  runs: {
    ...{ all: [], alive: [], ready: true, refresh: async () => undefined },
    onDidMove: () => ({ dispose: () => undefined }),
  },
  activity: { runs: async () => [], follow: () => undefined },
  checkouts: {
    ...{ all: [detection], selected: detection, search: async () => undefined },
    onDidChange: () => ({ dispose: () => undefined }),
  },
} as never

/** The commands of a window as it has them: what would begin is written down. */
const begin = (name: string) => async () => void acts.push(`begin ${name}`)
const handlers = Object.fromEntries(Object.keys(commandIds).map((name) => [name, begin(name)]))
registerCommands(handlers as CommandHandlers, {
  register: commands.registerCommand,
  isTrusted: () => workspace.isTrusted,
  refuse: showTrustNeeded,
  onError: (error) => warnings.push(`${error}`),
})

/** A panel whose page is this test. */
function fakePanel() {
  let send: (message: unknown) => void = () => undefined
  const posted: Record<string, unknown>[] = []
  const subscribe = () => ({ dispose: () => undefined })
  const webview = {
    ...{ cspSource: '', asWebviewUri: (uri: unknown) => uri },
    postMessage: async (message: Record<string, unknown>) => posted.push(message) > 0,
    onDidReceiveMessage: (listener: typeof send) => {
      send = listener
      return subscribe()
    },
  }
  const panel = {
    ...{ webview, title: '', visible: true, reveal: () => undefined, dispose: () => undefined },
    ...{ onDidDispose: subscribe, onDidChangeViewState: subscribe },
  }
  /** Until the page got a message that fits. */
  const got = (fits: (message: Record<string, unknown>) => unknown) =>
    until(() => posted.some((message) => fits(message)))
  return { panel: panel as never, send: (message: unknown) => send(message), got }
}

const extensionUri = Uri.file(folder.path) as never
const options = initialOptions(join(root, 'pruned.pt'))
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
const state = {
  ...{ stage: 'loop', root, parent: '' },
  values: {
    ...{ data: data.data, weights: 'model.pt', cfg: '', engine: 'builtin', device: '' },
    ...{ epochs: '3', batch: '4', imgsz: '32', sr: '0.01', percent: '0.5', name: 'sparse' },
  },
}

/** What a page begins in a workspace that is trusted: stages of the program, and commands of the window. */
type Begun = readonly (`run ${string}` | `begin ${CommandName}`)[]
const memento = { get: () => undefined, update: async () => undefined }

export const pages = {
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
    begins: ['run loop', 'begin selectPython'] satisfies Begun,
    open: async () => {
      const { panel, send, got } = fakePanel()
      const forms = new Forms(context, extensionUri, memento as never)
      await forms.revive(panel, state)
      send({ type: 'ready' })
      await got(({ type }) => type === 'report')
      return { send, dispose: () => forms.dispose() }
    },
  },
  checkpoint: {
    contract: checkpointContract,
    messages: [...common, { type: 'reload' }, ...preview],
    begins: ['run prune'] satisfies Begun,
    open: async () => {
      const { panel, send, got } = fakePanel()
      const opened = new CheckpointPanel(panel, Uri.file(model) as never, {
        ...{ context, extensionUri, wantsPreview: false },
      })
      send({ type: 'ready' })
      await got(({ type }) => type === 'content')
      return { send, dispose: () => opened.dispose() }
    },
  },
  dashboard: {
    contract: dashboardContract,
    messages: [
      ...common,
      { type: 'gammaRow', runDir, epoch: 0 },
      { type: 'restart', runDir, sr: 0.01 },
      { type: 'keep' },
      { type: 'addRuns' },
      { type: 'removeRun', runDir },
      { type: 'report', runDirs: [runDir] },
      { type: 'preview', runDir },
      { type: 'command', name: 'stop', runDir },
      ...preview,
    ],
    begins: ['run prune', 'begin stop', 'begin sparse'] satisfies Begun,
    open: async () => {
      const { panel, send, got } = fakePanel()
      const dashboards = new Dashboards(context, extensionUri)
      await dashboards.revive(panel, { runDirs: [runDir] })
      send({ type: 'ready' })
      await got(({ type }) => type === 'runs')
      send({ type: 'preview', runDir })
      await got((message) => message.type === 'preview' && message.data)
      return { send, dispose: () => dashboards.dispose() }
    },
  },
}
