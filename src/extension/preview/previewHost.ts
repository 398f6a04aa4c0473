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

/** The host's half of the prune preview of one checkpoint. */
export class PreviewHost {
  private output: string | undefined
  private busy = false
  /** As the page was told: a checkout that is found later must not move what its paths are relative to. */
  private place: PrunePlace

  constructor(
    private readonly context: PreviewContext,
    readonly path: string,
    private readonly post: (message: PreviewToPage) => void,
  ) {
    this.place = this.findPlace()
  }

  /** What the page's preview starts with; undefined for what can not be pruned. */
  data({ network }: CheckpointView): PreviewData | undefined {
    if (!network) return undefined
    this.place = this.findPlace()
    const { weights, output } = this.place
    const { platform } = process
    return { path: this.path, weights, network, output, platform, locked: lockReason() }
  }

  /** Trust was given meanwhile. */
  unlock(): void {
    this.post({ type: 'previewLock', path: this.path, locked: lockReason() })
  }

  /** @throws SlimError of the checkpoint reader */
  async receive(message: PreviewToHost): Promise<void> {
    if (message.type === 'previewCopy') return env.clipboard.writeText(message.text)
    if (message.path !== this.path) return
    switch (message.type) {
      case 'previewNorms': {
        const { program } = this.context
        const args = ['internal-checkpoint', '--norms', this.path]
        const norms = checked(normsSchema, await program.json(args, dirname(this.path)))
        return this.post({ type: 'previewNorms', path: this.path, norms })
      }
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

  private async prune(options: PreviewOptions): Promise<void> {
    if (this.busy || lockReason() !== null) return
    const { channel, program, runs } = this.context
    const { cwd, weights } = this.place
    const args = pruneArguments(weights, options)
    channel.info(`${cwd}> ${slimLine(args)}`)
    this.busy = true
    this.tell({ kind: 'pruning' })
    try {
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

  private async finetune(): Promise<void> {
    const { output } = this
    if (output === undefined) return
    const { all } = this.context.runs
    const run = all.find(({ digest }) => digest.checkpoints.pruned?.path === output)
    const start = run ? run.runDir : { values: { weights: output } }
    await commands.executeCommand(commandIds.finetune, start)
  }

  private tell(state: PreviewState): void {
    this.post({ type: 'previewState', path: this.path, state })
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
