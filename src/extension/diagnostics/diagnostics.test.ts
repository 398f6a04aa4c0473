import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import type { Diagnostic, Uri } from 'vscode'
import { isCheckable } from '../../core/check/kind'
import { detectCheckout } from '../../core/yolov5/detect'
import type { Detection } from '../../core/yolov5/release'
import { NEW_STYLE, OLD_STYLE, plant, temporaryFolder } from '../../core/yolov5/testTrees'
import type { Checkouts } from '../checkouts/checkouts'
import { Checker } from './checker'
import { Diagnostics } from './diagnostics'

/** What an editor marks, and has open. */
const editor = vi.hoisted(() => ({
  marks: new Map<string, readonly Diagnostic[]>(),
  textDocuments: [] as unknown[],
  visible: [] as unknown[],
  watched: '',
  events: new Map<string, (event: unknown) => void>(),
}))

vi.mock('vscode', () => {
  const listen = () => ({ dispose: () => undefined })
  const event = (name: string) => (listener: (event: unknown) => void) => {
    editor.events.set(name, listener)
    return { dispose: () => undefined }
  }
  return {
    window: {
      get visibleTextEditors() {
        return editor.visible.map((document) => ({ document }))
      },
      visibleNotebookEditors: [],
      onDidChangeActiveTextEditor: event('editor'),
      onDidChangeActiveNotebookEditor: event('notebook'),
      onDidEndTerminalShellExecution: event('terminal'),
      onDidChangeWindowState: event('window'),
    },
    languages: {
      createDiagnosticCollection: () => ({
        set: (uri: Uri, all: readonly Diagnostic[]) => editor.marks.set(uri.fsPath, all),
        delete: (uri: Uri) => editor.marks.delete(uri.fsPath),
        dispose: () => undefined,
      }),
    },
    workspace: {
      get textDocuments() {
        return editor.textDocuments
      },
      notebookDocuments: [],
      onDidOpenTextDocument: listen,
      onDidCloseTextDocument: listen,
      onDidChangeTextDocument: listen,
      onDidOpenNotebookDocument: listen,
      onDidChangeNotebookDocument: listen,
      createFileSystemWatcher: () => ({
        onDidCreate: listen,
        onDidChange: listen,
        onDidDelete: listen,
        dispose: () => undefined,
      }),
    },
    env: { language: 'en' },
    RelativePattern: class {
      constructor(_: unknown, pattern: string) {
        editor.watched = pattern
      }
    },
    Range: class {},
    Diagnostic: class {
      constructor(
        readonly range: unknown,
        readonly message: string,
      ) {}
    },
    DiagnosticSeverity: {},
    NotebookCellKind: {},
    Uri: { joinPath: (uri: Uri) => uri },
  }
})

const uriOf = (fsPath: string) =>
  ({ scheme: 'file', fsPath, toString: () => `file://${fsPath}` }) as unknown as Uri

let detection: Detection
let fire = (): void => undefined
let diagnostics: Diagnostics
const root = temporaryFolder()
const at = (name: string) => join(root, name)
const messages = (name: string) => (editor.marks.get(at(name)) ?? []).map(({ message }) => message)

/** Puts a release in the place of the one that is there, as switching does. */
async function put(tree: typeof NEW_STYLE): Promise<void> {
  for (const path of Object.keys({ ...NEW_STYLE, ...OLD_STYLE })) rmSync(at(path), { force: true })
  const found = await detectCheckout(plant(tree, root))
  if (found === undefined) throw new Error('nothing detected')
  detection = found
}

beforeEach(async () => {
  editor.marks.clear()
  editor.textDocuments = []
  await put(NEW_STYLE)
  const checkouts = {
    get all() {
      return [detection]
    },
    onDidChange: (listener: () => void) => {
      fire = listener
      return { dispose: () => undefined }
    },
  } as unknown as Checkouts
  const checker = new Checker({
    detections: () => [detection],
    // A class that the older release lacks.
    inspect: async () => ({
      release: 'v7.0',
      modelClass: 'models.yolo.Detect',
      names: ['a'],
      globals: ['models.common.Proto'],
      unsafeGlobals: [],
      obstacle: null,
    }),
    commandLines: () => [],
    torch: () => undefined,
  })
  diagnostics = new Diagnostics(checkouts, checker, uriOf(root))
  writeFileSync(at('old.py'), 'from utils.datasets import LoadImages\n')
  writeFileSync(at('run.sh'), 'python test.py\n')
  writeFileSync(at('last.pt'), 'x')
  for (const name of ['old.py', 'run.sh', 'last.pt']) {
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }
    const found = { code: 'a/b', message: 'as swept', severity: 'error', range } as const
    diagnostics.showFile(uriOf(at(name)), [found])
  }
})

it('looks at swept files again when the release is another, and when it is back', async () => {
  await put({ ...OLD_STYLE, 'utils/datasets.py': 'class LoadImages:\n    pass\n' })
  fire()
  await vi.waitFor(() => expect(messages('last.pt').join()).toContain('Proto'))
  expect([messages('old.py'), messages('run.sh')]).toEqual([[], []])
  await put(NEW_STYLE)
  fire()
  await vi.waitFor(() => expect(messages('last.pt')).toEqual([]))
  expect(messages('old.py').join()).toContain('utils.datasets')
  expect(messages('run.sh').join()).toContain('test.py')
})

it('leaves what is open to its document', async () => {
  editor.textDocuments = [
    {
      uri: uriOf(at('old.py')),
      fileName: at('old.py'),
      getText: () => 'from utils.google_utils import gsutil_getsize\n',
    },
  ]
  fire()
  await vi.waitFor(() => expect(messages('run.sh').join()).toContain('has no test.py'))
  expect(messages('old.py')).toEqual([expect.stringContaining('utils.google_utils')])
})

it('forgets files that are gone', async () => {
  rmSync(at('old.py'))
  fire()
  await vi.waitFor(() => expect(messages('run.sh').join()).toContain('has no test.py'))
  expect(messages('old.py')).toEqual([])
})

it.each([
  ['window', { focused: true }],
  ['editor', undefined],
  ['terminal', {}],
])('looks at the folders of what is visible again: %s', async (name, event) => {
  const text = 'train: images\nval: images\nnames: [x]\n'
  const document = { uri: uriOf(at('mine.yaml')), fileName: at('mine.yaml'), getText: () => text }
  editor.textDocuments = [document]
  editor.visible = [document]
  rmSync(at('images'), { recursive: true, force: true })
  fire()
  await vi.waitFor(() => expect(messages('mine.yaml').join()).toContain('images'))
  mkdirSync(at('images'))
  mkdirSync(at('labels'), { recursive: true })
  writeFileSync(at('images/a.jpg'), '')
  writeFileSync(at('labels/a.txt'), '0 0.5 0.5 0.1 0.1\n')
  editor.events.get('window')?.({ focused: false })
  // What was found is good for two seconds.
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 2100)
  editor.events.get(name)?.(event)
  await vi.waitFor(() => expect(messages('mine.yaml')).toEqual([]), 3000)
  vi.restoreAllMocks()
})

it('watches all that it checks', () => {
  const [, names = ''] = /\{(.*)\}/.exec(editor.watched) ?? []
  const watched = names.split(',')
  expect(watched.filter((name) => !isCheckable(`a.${name}`))).toEqual(['pt', 'pth'])
  const kinds = ['yaml', 'yml', 'py', 'ipynb', 'sh', 'bash', 'bat', 'cmd', 'ps1']
  expect(watched).toEqual(expect.arrayContaining(kinds))
})

it('ends when it is disposed of', async () => {
  fire()
  diagnostics.dispose()
  await new Promise((resume) => setTimeout(resume, 50))
  expect(messages('last.pt')).toEqual(['as swept'])
})
