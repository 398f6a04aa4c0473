import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { defaultPlanOptions } from '../../core/slimming/plan'
import { checkAmount } from '../../core/slimming/pruneCheckpoint'
import { peekOwnFlags } from '../../engines/common/flags'
import { usageError } from '../errors'
import { exitCodes, print } from '../terminal'
import { detachLoop, tellStarted } from './loopProcess'
import { prune } from './prune'
import { runs } from './runs'
import { asksForHelp, launchStage, printHelp } from './stage'

const defaultPercent = 0.5

/** Flags that mean something to sparse training alone, or that the finetuning gets from the prune. */
const sparseOnly = ['--sr', '--reg', '--sr-schedule', '--percent', '--weights', '--cfg', '--name']

/**
 * `yolov5-slim loop`: sparse training, pruning and finetuning, one after the other, then the lineage. The flags are
 * those of `sparse`; training flags such as --data, --epochs and --img go to both trainings. With `--detach` all that
 * happens in a process that is left alone.
 */
export async function loop(args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) {
    await printHelp('loop', args)
    return exitCodes.ok
  }
  const own = peekOwnFlags(args)
  const percent = own.percent ?? defaultPercent
  checkAmount(percent)
  if (own.detach) return detachLoop(args, own.json === true)
  if (own.json) {
    throw usageError(
      'unknown-flag',
      l10n.t(
        'loop runs three stages one after the other, whose events --json does not tell apart.',
      ),
      l10n.t('Leave it out, add --detach, or start the stages by themselves.'),
    )
  }
  const sparse = await launchStage({ stage: 'sparse', args, notes: [] }, ['sparse', ...args], {
    onRun: tellStarted,
  })
  if (sparse.code !== exitCodes.ok || sparse.runDir === undefined) return sparse.code
  const weights = join(sparse.runDir, 'weights', 'last.pt')
  const pruned = join(sparse.runDir, 'weights', 'pruned.pt')
  // Each stage is recorded as one would type it by itself.
  const pruneWords = ['--weights', weights, '--output', pruned, '--percent', `${percent}`]
  const { round, minChannels, maxLayerPercent, criterion, reduction } = defaultPlanOptions
  print('')
  const cut = await prune(
    {
      weights,
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
    ['prune', ...pruneWords],
  )
  if (cut !== exitCodes.ok) return cut
  print('')
  const finetune = [...[...without(args, sparseOnly), '--weights', pruned], ...finetuneName(args)]
  const words = ['finetune', ...finetune]
  const { code } = await launchStage({ stage: 'finetune', args: finetune, notes: [] }, words)
  if (code !== exitCodes.ok) return code
  print('')
  return runs(own.checkout === undefined ? {} : { checkout: own.checkout })
}

/** The name of the sparse run, told apart; nothing where none was given. */
function finetuneName(args: readonly string[]): string[] {
  for (const [i, arg] of args.entries()) {
    const [flag, inline] = arg.split(/=(.*)/s, 2)
    const name = inline ?? args[i + 1]
    if (flag === '--name' && name) return ['--name', `${name}-finetuned`]
  }
  return []
}

/** The arguments without these flags and their one value each, and without `--st`. */
export function without(args: readonly string[], flags: readonly string[]): string[] {
  return args.filter((arg, i) => {
    const before = args[i - 1] ?? ''
    return arg !== '--st' && !flags.includes(arg.split('=')[0] ?? '') && !flags.includes(before)
  })
}
