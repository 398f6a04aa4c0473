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
  const ask = (what: string, answer: unknown) => async () => {
    told.asked.push(what)
    return answer
  }
  return {
    readPython: ask('python', { kind: 'untrusted' }),
    readDataSet: ask('data', { file: '/w/d.yaml', name: 'd.yaml' }),
    checkpointFiles: ask('checkpoints', []),
    readCheckpoint: ask('inspect', undefined),
  }
})

let say = (_: Partial<IndexChange>): void => undefined
const update = (run: RunSnapshot) => [{ events: [], reset: false, run }]

beforeEach(async () => {
  Object.assign(told, { asked: [], globs: [], file: undefined })
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
  const tree = new WorkspaceTree(context)
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

it('looks at checkpoints alone when a file comes or goes, once for all that is told of it', async () => {
  expect(told.globs).toEqual(['{*.pt,weights,weights/*.pt}'])
  for (let i = 0; i < 5; i++) told.file?.()
  await vi.waitFor(() => expect(told.asked).toEqual(['checkpoints']), 5000)
  await new Promise((resume) => setTimeout(resume, 100))
  expect(told.asked).toEqual(['checkpoints'])
})
