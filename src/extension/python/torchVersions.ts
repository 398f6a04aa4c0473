import { EventEmitter } from 'vscode'
import { DisposableList } from '../common/disposable'

/** Which torch the scripts of a checkout run with, as the interpreter said when it was last asked. */
export class TorchVersions extends DisposableList {
  private readonly known = new Map<string, string>()
  private readonly changed = this.track(new EventEmitter<undefined>())
  readonly onDidChange = this.changed.event

  /** Undefined where nobody asked yet, or there is none. */
  of(root: string): string | undefined {
    return this.known.get(root)
  }

  /** Takes what an interpreter answered, whatever it was asked for. */
  keep(root: string, version: string | undefined): void {
    if (this.known.get(root) === version) return
    if (version === undefined) this.known.delete(root)
    else this.known.set(root, version)
    this.changed.fire(undefined)
  }
}
