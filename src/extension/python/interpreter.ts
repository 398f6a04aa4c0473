import { type Disposable, type Event, extensions, type Uri, workspace } from 'vscode'
import { settings } from '../contributions'

/** The part of ms-python.python's API that is used. */
type PythonApi = {
  readonly environments: {
    readonly onDidChangeActiveEnvironmentPath: Event<unknown>
    getActiveEnvironmentPath(resource?: Uri): { readonly id: string; readonly path: string }
    resolveEnvironment(path: {
      readonly id: string
      readonly path: string
    }): Promise<{ readonly executable: { readonly uri?: Uri } } | undefined>
  }
}

/** Interpreters to try, as the PyTorch engine takes them. */
export type PythonSettings = { readonly configured?: string; readonly active?: string }

/** The setting, and the Python extension's active interpreter where that extension is installed. */
export async function pythonSettings(
  folder: Uri,
  { ignoreSetting = false }: { readonly ignoreSetting?: boolean } = {},
): Promise<PythonSettings> {
  const configured = workspace
    .getConfiguration(settings.section, folder)
    .get<string>(settings.python, '')
    .trim()
  if (configured !== '' && !ignoreSetting) return { configured }
  const active = await activeInterpreter(folder).catch(() => undefined)
  return active === undefined ? {} : { active }
}

/**
 * Tells whenever another interpreter is chosen in the Python extension; undefined while that is not active, as it is
 * once it was asked for its interpreter.
 */
export function followInterpreter(tell: () => void): Disposable | undefined {
  const extension = pythonExtension()
  if (!extension?.isActive) return undefined
  return extension.exports.environments.onDidChangeActiveEnvironmentPath(tell)
}

const pythonExtension = () => extensions.getExtension<PythonApi>('ms-python.python')

async function activeInterpreter(folder: Uri): Promise<string | undefined> {
  const extension = pythonExtension()
  if (!extension) return undefined
  const { environments } = await extension.activate()
  const path = environments.getActiveEnvironmentPath(folder)
  const resolved = await environments.resolveEnvironment(path)
  return resolved?.executable.uri?.fsPath
}
