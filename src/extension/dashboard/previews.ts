import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { asSlimError } from '../../core/errors'
import type { RunSnapshot } from '../../runs/snapshot'
import { readRun } from '../../runs/snapshot'
import { stampOf } from '../common/stamp'
import { aimOf } from '../preview/aim'
import type { PreviewData, PreviewToHost, PreviewToPage } from '../preview/contract'
import { type PreviewContext, PreviewHost, readView } from '../preview/previewHost'

/** What a run's checkpoint would be pruned to; or why there is no preview of it. */
export type RunPreview = {
  readonly runDir: string
  readonly data: PreviewData | null
  readonly reason: string
}

type PreviewMessage = RunPreview & { readonly type: 'preview' }

/** The prune previews of a dashboard: one for each checkpoint that it was asked for. */
export class RunPreviews {
  private readonly hosts = new Map<string, PreviewHost>()

  constructor(
    private readonly context: PreviewContext,
    private readonly post: (message: PreviewToPage | PreviewMessage) => void,
  ) {}

  /** Reads the checkpoint of a run as it is now. */
  async open(runDir: string): Promise<RunPreview> {
    const none = (reason: string): RunPreview => ({ runDir, data: null, reason })
    try {
      const run = await readRun(runDir)
      const path = checkpointOf(run)
      if (path === undefined) return none(l10n.t('This run has not written a checkpoint yet.'))
      const host = this.hosts.get(path) ?? this.hostOf(path, runDir)
      this.hosts.set(path, host)
      const stamp = await stampOf(path)
      const data = host.data(await readView(this.context, path), stamp, aimOf(run.manifest))
      return data
        ? { runDir, data, reason: '' }
        : none(l10n.t('{0} cannot be pruned: open it to see why.', path))
    } catch (error) {
      const { message, remedy } = asSlimError(error)
      return none(`${message} ${remedy}`)
    }
  }

  /** Says once more how pruning went, to a page that just got this preview. */
  repeat({ data }: RunPreview): void {
    if (data) this.hosts.get(data.path)?.repeat()
  }

  private hostOf(path: string, runDir: string): PreviewHost {
    const readAgain = async () => this.post({ type: 'preview', ...(await this.open(runDir)) })
    return new PreviewHost(this.context, path, { post: this.post, readAgain })
  }

  async receive(message: PreviewToHost): Promise<void> {
    // Copying is no matter of any checkpoint.
    const hosts = [...this.hosts.values()]
    const host = 'path' in message ? this.hosts.get(message.path) : hosts[0]
    await host?.receive(message)
  }

  /** Trust was given. */
  unlock(): void {
    for (const host of this.hosts.values()) host.unlock()
  }
}

/** What of a run one prunes: a sparse run's last checkpoint, whose zeros are the most; of others the best. */
export function checkpointOf({ runDir, manifest, digest }: RunSnapshot): string | undefined {
  const { last, best, pruned } = digest.checkpoints
  const found = pruned ?? (manifest.stage === 'sparse' ? (last ?? best) : (best ?? last))
  return found && resolve(runDir, found.path)
}
