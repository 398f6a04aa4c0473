import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { defaultPlanOptions } from '../../core/slimming/plan'
import { peekOwnFlags } from '../../engines/common/flags'
import { readManifest } from '../../runs/store'
import { usageError } from '../errors'
import { errColors, exitCodes, print, printAside } from '../terminal'
import { detachLoop, tellStarted } from './loopProcess'
import { asksToResume, finetuneWords, lastValue, resumedWords } from './loopWords'
import { prune } from './prune'
import { runs } from './runs'
import { asksForHelp, launchStage, printHelp } from './stage'

/** As that of sparse training. */
const defaultPercent = 0.5

/**
 * `yolov5-slim loop`: sparse training, pruning and finetuning, one after the other, then the lineage. The flags are
 * those of `sparse`; training flags such as --data, --epochs and --img go to both trainings. With `--detach` all that
 * happens in a process that is left alone. With `--resume` a sparse training goes on; the stages after it take the flags
 * that it was started with.
 */
export async function loop(args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) {
    await printHelp('loop', args)
    return exitCodes.ok
  }
  const own = peekOwnFlags(args)
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
  const manifest = await readManifest(sparse.runDir)
  const words = asksToResume(args) ? resumedWords(manifest, args, process.cwd()) : args
  const checkout = lastValue(words, '--checkout')
  const project = lastValue(words, '--project')
  const among = {
    ...(checkout === undefined ? {} : { checkout }),
    ...(project === undefined ? {} : { project }),
  }
  if (manifest.stage !== 'sparse') {
    const text = l10n.t('{0} is a {1} run, so it is not pruned.', sparse.runDir, manifest.stage)
    printAside(`${errColors.cyan(l10n.t('note:'))} ${text}`)
    return runs(among)
  }
  const percent = own.percent ?? manifest.percent ?? defaultPercent
  const weights = join(sparse.runDir, 'weights', 'last.pt')
  const pruned = join(sparse.runDir, 'weights', 'pruned.pt')
  // Each stage is recorded as one would type it by itself.
  const pruneWords = ['--weights', weights, '--output', pruned, '--percent', `${percent}`]
  // Without a checkout a prune is recorded only where it is told to.
  const pruneProject = project ?? (manifest.checkout ? undefined : join('runs', 'prune'))
  if (pruneProject !== undefined) pruneWords.push('--project', pruneProject)
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
      ...(checkout === undefined ? {} : { checkout }),
      ...(pruneProject === undefined ? {} : { project: pruneProject }),
    },
    ['prune', ...pruneWords],
  )
  if (cut !== exitCodes.ok) return cut
  print('')
  const finetune = finetuneWords(words, pruned)
  const { code } = await launchStage({ stage: 'finetune', args: finetune, notes: [] }, [
    'finetune',
    ...finetune,
  ])
  if (code !== exitCodes.ok) return code
  print('')
  return runs(among)
}
