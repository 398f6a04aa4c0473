import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import * as v from 'valibot'
import { commands, env, workspace } from 'vscode'
import { asSlimError, SlimError } from '../../core/errors'
import type { CheckpointView } from '../../core/slimming/checkpointView'
import { formatBytes } from '../../runs/format/numbers'
import { slimLine } from '../../runs/format/shellLine'
import type { CommandContext } from '../commands/context'
import { stampOf } from '../common/stamp'
import { commandIds } from '../contributions'
import { writeError } from '../log'
import { pruneArguments } from './arguments'
import type {
  PreviewData,
  PreviewOptions,
  PreviewState,
  PreviewToHost,
  PreviewToPage,
} from './contract'
import { type PrunePlace, prunePlace } from './place'
import { runOf } from './runOf'
import { normsSchema, viewSchema } from './viewSchema'

export type PreviewContext = Pick<CommandContext, 'channel' | 'checkouts' | 'program' | 'runs'>

/**
 * Reads a checkpoint in a process of its own.
 *
 * @throws SlimError of the checkpoint reader
 */
export async function readView({ program }: PreviewContext, path: string): Promise<CheckpointView> {
  const printed = await program.json(['internal-checkpoint', path], dirname(path))
  return checked(viewSchema, printed)
}

function checked<T>(schema: v.GenericSchema<unknown, T>, printed: unknown): T {
  const parsed = v.safeParse(schema, printed)
  if (parsed.success) return parsed.output
  throw new SlimError(
    'program/unexpected-output',
    v.summarize(parsed.issues),
    l10n.t('Install the extension again.'),
  )
}

export type PreviewHostPorts = {
  readonly post: (message: PreviewToPage) => void
  /** Reads the file as it is now, and shows it. */
  readonly readAgain: () => Promise<void>
}

/** The host's half of the prune preview of one checkpoint. */
export class PreviewHost {
  private output: string | undefined
  private busy = false
  private state: PreviewState = { kind: 'idle' }
  /** Of the file as the page shows it. */
  private stamp: string | undefined
  /** As the page was told: a checkout that is found later must not move what its paths are relative to. */
  private place: PrunePlace

  constructor(
    private readonly context: PreviewContext,
    readonly path: string,
    private readonly ports: PreviewHostPorts,
  ) {
    this.place = this.findPlace()
  }

  /**
   * What the page's preview starts with; undefined for what can not be pruned.
   *
   * @param stamp of the file before it was read
   * @param percent that its run aims at
   */
  data({ network }: CheckpointView, stamp: string, percent?: number): PreviewData | undefined {
    if (!network) return undefined
    // How pruning went was of another file.
    if (this.stamp !== stamp && !this.busy) this.state = { kind: 'idle' }
    this.stamp = stamp
    this.place = this.findPlace()
    const { weights, output } = this.place
    const { platform } = process
    return {
      ...{ path: this.path, weights, network, output, platform, locked: lockReason() },
      ...(percent === undefined ? {} : { percent }),
    }
  }

  /** Trust was given meanwhile. */
  unlock(): void {
    this.ports.post({ type: 'previewLock', path: this.path, locked: lockReason() })
  }

  /** Says once more how pruning goes, to a page that was made anew. */
  repeat(): void {
    if (this.state.kind !== 'idle') this.tell(this.state)
  }

  /** @throws SlimError of the checkpoint reader */
  async receive(message: PreviewToHost): Promise<void> {
    if (message.type === 'previewCopy') return env.clipboard.writeText(message.text)
    if (message.path !== this.path) return
    switch (message.type) {
      case 'previewNorms':
        return this.tellNorms()
      case 'previewPrune':
        return this.prune(message.options)
      // Only what was pruned here is opened: a page names files, it does not choose them.
      case 'previewOpen':
        if (this.output === undefined) return
        await commands.executeCommand(commandIds.openCheckpoint, this.output)
        return
      case 'previewFinetune':
        return this.finetune()
    }
  }

  private async tellNorms(): Promise<void> {
    const { path } = this
    const { post } = this.ports
    try {
      const args = ['internal-checkpoint', '--norms', path]
      const norms = checked(normsSchema, await this.context.program.json(args, dirname(path)))
      post({ type: 'previewNorms', path, norms })
    } catch (error) {
      // The page waits for them.
      post({ type: 'previewNorms', path, norms: null })
      throw error
    }
  }

  private async prune(options: PreviewOptions): Promise<void> {
    if (this.busy || this.stamp === undefined || lockReason() !== null) return
    const { channel, program, runs } = this.context
    const { cwd, weights } = this.place
    this.busy = true
    this.tell({ kind: 'pruning' })
    try {
      // A training writes its checkpoint with every epoch: what was previewed is what is pruned.
      if ((await stampOf(this.path)) !== this.stamp) return await this.showChanged()
      const args = pruneArguments(weights, options)
      channel.info(`${cwd}> ${slimLine(args)}`)
      await program.run(args, cwd, (line) => channel.info(line))
      this.output = resolve(cwd, options.output)
      const { size } = await stat(this.output)
      const text = l10n.t('{0} written, {1}.', options.output, formatBytes(size))
      this.tell({ kind: 'pruned', output: this.output, text })
      await runs.refresh()
    } catch (error) {
      writeError(channel, error)
      const { code, message, remedy } = asSlimError(error)
      this.tell({ kind: 'failed', text: `${message} ${remedy} [${code}]` })
    } finally {
      this.busy = false
    }
  }

  private async showChanged(): Promise<void> {
    await this.ports.readAgain()
    const text = l10n.t(
      'The checkpoint has changed since it was read. Here it is as it is now: look at the preview, then prune again.',
    )
    this.tell({ kind: 'failed', text })
  }

  private async finetune(): Promise<void> {
    const { output } = this
    if (output === undefined) return
    const run = await runOf(output, this.context.runs.all)
    const start = run ? run.runDir : { values: { weights: output } }
    await commands.executeCommand(commandIds.finetune, start)
  }

  private tell(state: PreviewState): void {
    this.state = state
    this.ports.post({ type: 'previewState', path: this.path, state })
  }

  private findPlace(): PrunePlace {
    const { all, selected } = this.context.checkouts
    const roots = [...(selected ? [selected] : []), ...all].map(({ root }) => root)
    return prunePlace(this.path, roots)
  }
}

/** Why nothing is pruned; null where it may be. */
function lockReason(): string | null {
  return workspace.isTrusted
    ? null
    : l10n.t('Pruning writes into the workspace, which is not trusted yet.')
}
