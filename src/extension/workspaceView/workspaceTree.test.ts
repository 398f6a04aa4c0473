import { beforeEach, expect, it, vi } from 'vitest'
import type { IndexChange } from '../../runs/index/runIndex'
import type { RunSnapshot } from '../../runs/snapshot'
import type { CommandContext } from '../commands/context'
import { checkpoint, finished, makeRun, started } from '../experiments/testing'
import { WorkspaceTree } from './workspaceTree'

const told = vi.hoisted(() => ({
  asked: [] as string[],
  /** What the editor saw of files. */
  file: undefined as (() => void) | undefined,
  globs: [] as string[],
  command: undefined as (() => void) | undefined,
  focus: undefined as ((state: { focused: boolean }) => void) | undefined,
  /** What is found instead of nothing wrong. */
  answers: {} as { readonly data?: unknown; readonly python?: unknown },
}))

vi.mock('vscode', () => {
  const listen = () => ({ dispose: () => undefined })
  const watch = (listener: () => void) => {
    told.file = listener
    return listen()
  }
  return {
    EventEmitter: class {
      event = listen
      fire = () => undefined
      dispose = () => undefined
    },
    RelativePattern: class {
      constructor(_: unknown, glob: string) {
        told.globs.push(glob)
      }
    },
    Uri: { file: (fsPath: string) => ({ fsPath }) },
    window: {
      createTreeView: () => ({
        visible: true,
        onDidChangeVisibility: listen,
        dispose: () => undefined,
      }),
      state: { focused: false },
      onDidEndTerminalShellExecution: (listener: () => void) => {
        told.command = listener
        return listen()
      },
      onDidChangeWindowState: (listener: (state: { focused: boolean }) => void) => {
        told.focus = listener
        return listen()
      },
    },
    workspace: {
      isTrusted: true,
      workspaceFolders: [{ uri: { fsPath: '/w' } }],
      onDidGrantWorkspaceTrust: listen,
      onDidChangeConfiguration: listen,
      onDidSaveTextDocument: listen,
      createFileSystemWatcher: () => ({
        ...{ onDidCreate: watch, onDidChange: watch, onDidDelete: watch },
        dispose: () => undefined,
      }),
    },
  }
})
vi.mock('../python/interpreter', () => ({ pythonSettings: async () => ({}) }))
vi.mock('../form/candidates', () => ({
  formCandidates: async () => ({ dataSets: [{ value: 'd.yaml' }], checkpoints: [] }),
}))
vi.mock('./probes', () => {
  const ask =
    (what: 'data' | 'python' | 'checkpoints' | 'inspect', answer: unknown) => async () => {
      told.asked.push(what)
      return (told.answers as Partial<Record<typeof what, unknown>>)[what] ?? answer
    }
  return {
    readPython: ask('python', { kind: 'untrusted' }),
    readDataSet: ask('data', { file: '/w/d.yaml', name: 'd.yaml' }),
    checkpointFiles: ask('checkpoints', []),
    readCheckpoint: ask('inspect', undefined),
  }
})

let say = (_: Partial<IndexChange>): void => undefined
let tree: WorkspaceTree
const update = (run: RunSnapshot) => [{ events: [], reset: false, run }]

beforeEach(async () => {
  Object.assign(told, { asked: [], globs: [], file: undefined, answers: {} })
  const tracked = { dispose: () => undefined }
  const context = {
    channel: { error: (error: unknown) => expect.fail(String(error)) },
    checkouts: { all: [], onDidChange: () => tracked, search: async () => undefined },
    runs: {
      alive: [],
      below: async () => [],
      onDidChange: (listener: (change: IndexChange) => void) => {
        const nothing = { added: [], changed: [], removed: [], initial: false }
        say = (change) => listener({ ...nothing, ...change })
        return tracked
      },
    },
  } as unknown as CommandContext
  tree = new WorkspaceTree(context)
  tree.refresh()
  await vi.waitFor(() => expect([...told.asked].sort()).toEqual(['checkpoints', 'data', 'python']))
  told.asked.length = 0
  return () => tree.dispose()
})

it('looks at checkpoints alone when a training has written one, and when it has ended', async () => {
  const events = [started, checkpoint('best', 10)]
  const running = makeRun({ name: 'a', events, alive: 'alive' })
  say({ added: update(makeRun({ name: 'a', alive: 'alive' })) })
  expect(told.asked).toEqual([])
  say({ changed: update(running) })
  await vi.waitFor(() => expect(told.asked).toEqual(['checkpoints']))
  say({ changed: update(makeRun({ name: 'a', events: [...events, finished()] })) })
  await vi.waitFor(() => expect(told.asked).toEqual(['checkpoints', 'checkpoints']))
  say({ removed: [running.runDir] })
  await vi.waitFor(() => expect(told.asked).toEqual(Array(3).fill('checkpoints')))
})

it('looks once more at what it says is wrong when a run begins, a command ends or the window is looked at', async () => {
  const begins = () => say({ added: update(makeRun({ name: 'b', alive: 'alive' })) })
  begins()
  told.command?.()
  told.focus?.({ focused: true })
  expect(told.asked).toEqual([])
  const problem = { text: 'no images', remedy: 'put them there' }
  told.answers = {
    data: { file: '/w/d.yaml', name: 'd.yaml', problem },
    python: { kind: 'fault', text: 'none', remedy: 'install it' },
  }
  tree.refresh()
  await vi.waitFor(() => expect([...told.asked].sort()).toEqual(['checkpoints', 'data', 'python']))
  for (const happens of [begins, () => told.command?.(), () => told.focus?.({ focused: true })]) {
    await new Promise((resume) => setTimeout(resume, 50))
    told.asked.length = 0
    happens()
    await vi.waitFor(() => expect([...told.asked].sort()).toEqual(['data', 'python']))
  }
  told.asked.length = 0
  told.focus?.({ focused: false })
  expect(told.asked).toEqual([])
})

it('looks at checkpoints alone when a file comes or goes, once for all that is told of it', async () => {
  expect(told.globs).toEqual(['{*.pt,weights,weights/*.pt}'])
  for (let i = 0; i < 5; i++) told.file?.()
  await vi.waitFor(() => expect(told.asked).toEqual(['checkpoints']), 5000)
  await new Promise((resume) => setTimeout(resume, 100))
  expect(told.asked).toEqual(['checkpoints'])
})
