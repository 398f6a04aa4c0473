import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { defaultPlanOptions } from '../../core/slimming/plan'
import { checkAmount } from '../../core/slimming/pruneCheckpoint'
import { peekOwnFlags } from '../../engines/common/flags'
import { usageError } from '../errors'
import { exitCodes, print } from '../terminal'
import { prune } from './prune'
import { runs } from './runs'
import { launchStage } from './stage'

const defaultPercent = 0.5

/** Flags that mean something to sparse training alone, or that the finetuning gets from the prune. */
const sparseOnly = ['--sr', '--reg', '--sr-schedule', '--percent', '--weights', '--cfg', '--name']

/**
 * `yolov5-slim loop`: sparse training, pruning and finetuning, one after the other, then the lineage. The flags are
 * those of `sparse`; training flags such as --data, --epochs and --img go to both trainings.
 */
export async function loop(args: readonly string[], typed: readonly string[]): Promise<number> {
  const own = peekOwnFlags(args)
  if (own.detach || own.json) {
    throw usageError(
      'unknown-flag',
      l10n.t('loop runs three stages one after the other: --detach and --json do not fit it.'),
      l10n.t('Leave them out, or start the stages by themselves.'),
    )
  }
  const percent = own.percent ?? defaultPercent
  checkAmount(percent)
  const help = args.includes('--help') || args.includes('-h')
  const sparse = await launchStage({ stage: 'sparse', args, notes: [] }, typed)
  if (help || sparse.code !== exitCodes.ok || sparse.runDir === undefined) return sparse.code
  const pruned = join(sparse.runDir, 'weights', 'pruned.pt')
  const { round, minChannels, maxLayerPercent, criterion, reduction } = defaultPlanOptions
  print('')
  const cut = await prune(
    {
      weights: join(sparse.runDir, 'weights', 'last.pt'),
      output: pruned,
      percent,
      epsilon: 0,
      round,
      minChannels,
      maxLayerPercent,
      criterion,
      reduce: reduction,
      absorb: true,
      img: 640,
      ...(own.checkout === undefined ? {} : { checkout: own.checkout }),
    },
    typed,
  )
  if (cut !== exitCodes.ok) return cut
  print('')
  const finetune = [...without(args, sparseOnly), '--weights', pruned]
  const { code } = await launchStage({ stage: 'finetune', args: finetune, notes: [] }, typed)
  if (code !== exitCodes.ok) return code
  print('')
  return runs(own.checkout === undefined ? {} : { checkout: own.checkout })
}

/** The arguments without these flags and their one value each, and without `--st`. */
export function without(args: readonly string[], flags: readonly string[]): string[] {
  return args.filter((arg, i) => {
    const before = args[i - 1] ?? ''
    return arg !== '--st' && !flags.includes(arg.split('=')[0] ?? '') && !flags.includes(before)
  })
}
