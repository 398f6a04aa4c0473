import { Uri } from 'vscode'
import { findPython, preflight } from '../../engines/pytorch/python'
import { pythonSettings } from './interpreter'

/** Which torch the scripts of a checkout run with, as the interpreter said when it was last asked. */
export class TorchVersions {
  private readonly known = new Map<string, string | undefined>()

  /** Undefined where nobody asked yet, or there is none. */
  of(root: string): string | undefined {
    return this.known.get(root)
  }

  /** Asks the interpreter, which starts it: for trusted workspaces only. Takes a tenth of a second. */
  async ask(root: string): Promise<void> {
    const { configured, active } = await pythonSettings(Uri.file(root))
    const version = await findPython({
      cwd: root,
      ...(configured === undefined ? {} : { setting: configured }),
      ...(active === undefined ? {} : { active }),
    })
      .then((python) => preflight(python))
      .then(
        ({ torch }) => torch?.version,
        () => undefined,
      )
    this.known.set(root, version)
  }
}
