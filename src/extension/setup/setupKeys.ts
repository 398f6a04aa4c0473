import { commands, type Disposable, Uri, workspace } from 'vscode'
import type { Checkouts } from '../checkouts/checkouts'
import { ManagedContextKey } from '../common/contextKey'
import { Debouncer } from '../common/debounce'
import { DisposableList } from '../common/disposable'
import { commandIds, contextKeys, settings } from '../contributions'
import { followInterpreter, pythonSettings } from '../python/interpreter'
import type { TorchVersions } from '../python/torchVersions'

/** Asking Python waits until the window is quiet. */
const quietMs = 2000

/** Keys for `when` clauses: whether there is a checkout, slimming scripts in it, and no Python that could train. */
export class SetupKeys extends DisposableList {
  private readonly hasCheckout = key(contextKeys.hasCheckout)
  private readonly hasScripts = key(contextKeys.hasScripts)
  private readonly noPython = key(contextKeys.noPython)
  private readonly debouncer = this.track(new Debouncer<'python'>(quietMs))
  private following: Disposable | undefined

  constructor(
    private readonly checkouts: Checkouts,
    private readonly torch: TorchVersions,
    private readonly onError: (error: unknown) => void,
  ) {
    super()
    this.track(checkouts.onDidChange(() => this.update()))
    this.track(workspace.onDidGrantWorkspaceTrust(() => this.update()))
    this.track(
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(settings.section)) this.update()
      }),
    )
    this.update()
  }

  /** Looks again, also at what changes without a word: what is installed. */
  update(): void {
    const { selected } = this.checkouts
    this.hasCheckout.set(selected !== undefined)
    this.hasScripts.set((selected?.capabilities.slimmingScripts.length ?? 0) > 0)
    this.debouncer.run('python', () => void this.askPython().catch(this.onError))
  }

  private async askPython(): Promise<void> {
    const root = this.checkouts.selected?.root
    if (root === undefined || !workspace.isTrusted) return this.noPython.set(false)
    const folder = Uri.file(root)
    const engine = workspace.getConfiguration(settings.section, folder).get(settings.engine)
    if (engine === 'builtin') return this.noPython.set(false)
    const { readinessOf } = await import('../form/readiness')
    const { kind, torch } = await readinessOf(root, await pythonSettings(folder))
    this.noPython.set(kind === 'missing')
    this.torch.keep(root, torch)
    this.following ??= this.followPython()
  }

  private followPython(): Disposable | undefined {
    const following = followInterpreter(() => commands.executeCommand(commandIds.refresh))
    return following && this.track(following)
  }
}

function key(name: string): ManagedContextKey {
  return new ManagedContextKey(name, (id, value) =>
    commands.executeCommand('setContext', id, value),
  )
}
