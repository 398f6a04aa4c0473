/** Stands in for the module `vscode`: it does nothing, and writes down everything that it is asked to do. */

/** What was asked, in order: `executeCommand yolov5-slim.train`, `writeText`, … */
export const acts: string[] = []
/** What the person has set, by the keys of the extension's section. */
export const configured = new Map<string, unknown>()
/** What the person answers to the questions of these names; whoever has no answer cancels. */
export const answers = new Map<string, unknown>()
/** The questions' words. */
export const asked: string[] = []
const act = (name: string) => (first?: unknown) => {
  acts.push(typeof first === 'string' ? `${name} ${first}` : name)
  return Promise.resolve(undefined)
}
const ask = (name: string) => (first?: unknown) => {
  asked.push(String(first))
  return Promise.resolve(answers.get(name))
}
const quiet = () => Promise.resolve(undefined)
const subscription = { dispose: () => undefined }
const subscribe = () => subscription

/** Commands that a test registered; any other does nothing. */
const registered = new Map<string, (...args: readonly unknown[]) => unknown>()
export const commands = {
  executeCommand: async (id: string, ...args: readonly unknown[]) => {
    acts.push(`executeCommand ${id}`)
    return registered.get(id)?.(...args)
  },
  registerCommand: (id: string, handler: (...args: readonly unknown[]) => unknown) => {
    registered.set(id, handler)
    return { dispose: () => registered.delete(id) }
  },
}
export const env = {
  language: 'en',
  clipboard: { writeText: act('writeText') },
  openExternal: act('openExternal'),
}
export const window = {
  ...{ showSaveDialog: quiet, showOpenDialog: quiet },
  ...{ showQuickPick: ask('showQuickPick'), showInputBox: ask('showInputBox') },
  ...{ showErrorMessage: quiet, showInformationMessage: quiet },
  showWarningMessage: ask('showWarningMessage'),
  showTextDocument: quiet,
  withProgress: (_: unknown, work: () => unknown) => work(),
}
export const workspace = {
  isTrusted: true,
  workspaceFolders: undefined,
  ...{ onDidGrantWorkspaceTrust: subscribe, onDidChangeConfiguration: subscribe },
  openTextDocument: quiet,
  getConfiguration: () => ({
    get: (key: string, fallback: unknown) => configured.get(key) ?? fallback,
  }),
  createFileSystemWatcher: () => ({
    ...subscription,
    ...{ onDidChange: subscribe, onDidCreate: subscribe, onDidDelete: subscribe },
  }),
}
export const l10n = { bundle: undefined }
/** No other extension is installed. */
export const extensions = { getExtension: () => undefined }
export const ViewColumn = { Active: -1 }
export const ProgressLocation = { Window: 10, Notification: 15 }
export class RelativePattern {}
export const Uri = {
  file: (fsPath: string) => ({ scheme: 'file', fsPath, toString: () => `file://${fsPath}` }),
  joinPath: ({ fsPath }: { fsPath: string }, ...parts: string[]) =>
    Uri.file([fsPath, ...parts].join('/')),
}
