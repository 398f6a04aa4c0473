import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import {
  commands,
  type Diagnostic,
  extensions,
  languages,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode'

const id = 'yolov5-slim.yolov5-slim'

/** Tests of the installed extension by VS Code's API, in a workspace that holds a YOLOv5 checkout in `yolov5/`. */
export const tests: Readonly<Record<string, () => Promise<void>>> = {
  'is activated by a workspace with YOLOv5': async () => {
    await until(() => extensions.getExtension(id)?.isActive === true, 'activation')
  },

  'registers every command that its manifest declares': async () => {
    const declared = extensions.getExtension(id)?.packageJSON.contributes.commands as readonly {
      readonly command: string
    }[]
    const registered = new Set(await commands.getCommands(true))
    const missing = declared.map(({ command }) => command).filter((name) => !registered.has(name))
    assert.deepEqual(missing, [])
    assert.ok(declared.length > 20)
  },

  'marks a module that the release lacks, with a code, a page and a fix that mends it':
    async () => {
      const uri = inWorkspace('yolov5/models/mine.yaml')
      const found = await diagnosticsOf(uri, 'model-yaml/unknown-module')
      const [first] = found
      assert.ok(first)
      assert.match(first.message, /SPPFF/)
      const { code } = first
      assert.ok(typeof code === 'object' && code.target.path.endsWith('.md'), 'links to a page')
      await workspace.fs.stat(code.target)
      const actions = await commands.executeCommand<
        readonly {
          readonly title: string
          readonly edit?: unknown
          readonly isPreferred?: boolean
        }[]
      >('vscode.executeCodeActionProvider', uri, first.range)
      const fix = actions.find(({ title }) => title === 'Write SPPF')
      assert.ok(fix?.edit, `that fix among: ${actions.map(({ title }) => title).join(', ')}`)
      // It is what was likely meant, and not applied without a look.
      assert.notEqual(fix.isPreferred, true)
      assert.ok(await workspace.applyEdit(fix.edit as Parameters<typeof workspace.applyEdit>[0]))
      await until(
        () =>
          !languages.getDiagnostics(uri).some((one) => codeOf(one) === 'model-yaml/unknown-module'),
        'the finding to go once it is fixed',
      )
      await commands.executeCommand('workbench.action.files.revert')
    },

  'checks as one types, files of the checkout alone, and forgets those that are closed':
    async () => {
      const outside = inWorkspace('other.yaml')
      await writeFile(outside.fsPath, 'backbone:\n  [[-1, 1, Nonsense, [64]]]\nhead: []\n')
      await window.showTextDocument(outside)
      const uri = inWorkspace('yolov5/models/typed.yaml')
      const mine = await workspace.fs.readFile(inWorkspace('yolov5/models/mine.yaml'))
      await writeFile(uri.fsPath, new TextDecoder().decode(mine).replace('SPPFF', 'SPPF'))
      // As a person opens it: a document that an extension opens stays for minutes after its editor.
      await commands.executeCommand('vscode.open', uri)
      const document = window.activeTextEditor?.document
      assert.equal(document?.uri.toString(), uri.toString())
      const unknown = () =>
        languages.getDiagnostics(uri).filter((one) => codeOf(one) === 'model-yaml/unknown-module')
      assert.deepEqual(unknown(), [])
      const edit = new WorkspaceEdit()
      edit.insert(uri, document.positionAt(document.getText().indexOf('SPPF')), 'X')
      assert.ok(await workspace.applyEdit(edit))
      await until(() => unknown().length > 0, 'a finding about what was typed')
      assert.deepEqual(languages.getDiagnostics(outside), [])
      await document.save()
      await commands.executeCommand('workbench.action.closeActiveEditor')
      await until(() => unknown().length === 0, 'the finding to go with the editor')
    },

  'checks the whole workspace on demand': async () => {
    // No editor has it open, and none saved a fix into it.
    await writeFile(inWorkspace('yolov5/run.sh').fsPath, 'python test.py --data mine.yaml\n')
    await commands.executeCommand('yolov5-slim.checkWorkspace')
    const all = languages
      .getDiagnostics()
      .flatMap(([uri, list]) => list.map((one) => [uri, one] as const))
    const codes = all
      .filter(([, { source }]) => source === 'YOLOv5 Slim')
      .map(([, one]) => codeOf(one))
    assert.ok(codes.includes('command/script'), `codes: ${codes.join(', ')}`)
  },
}

function inWorkspace(path: string): Uri {
  const [folder] = workspace.workspaceFolders ?? []
  assert.ok(folder, 'a folder is open')
  return Uri.joinPath(folder.uri, path)
}

async function diagnosticsOf(uri: Uri, code: string): Promise<readonly Diagnostic[]> {
  await window.showTextDocument(await workspace.openTextDocument(uri))
  const found = () => languages.getDiagnostics(uri).filter((one) => codeOf(one) === code)
  await until(() => found().length > 0, `${code} in ${uri.fsPath}`)
  return found()
}

function codeOf({ code }: Diagnostic): unknown {
  return typeof code === 'object' ? code.value : code
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (holds()) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`waited in vain for ${what}`)
}
