import { basename, dirname, relative, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { defaultPlanOptions, type PlanOptions, type PruneAmount } from '../../core/slimming/plan'
import {
  checkAmount,
  type PruneReport,
  type PruneRequest,
  pruneCheckpoint,
} from '../../core/slimming/pruneCheckpoint'
import type { Criterion, Reduction } from '../../core/slimming/scores'
import type { Detection } from '../../core/yolov5/release'
import { inputFile } from '../../engines/common/inputs'
import { slimLine } from '../../runs/format/shellLine'
import { optionalCheckout } from '../checkout'
import { manyWarningLines, usageError } from '../errors'
import { keepExisting, requireFile, requirePlace } from '../files'
import { pruneReportLines } from '../format/pruneReport'
import { preparePruneRecord } from '../pruneRecord'
import { errColors, exitCodes, outColors, print, printAside, printJson } from '../terminal'

export type PruneOptions = {
  readonly weights?: string
  readonly percent?: number | 'zero'
  readonly threshold?: number
  readonly epsilon: number
  readonly output: string
  readonly round: number
  readonly minChannels: number
  readonly maxLayerPercent: number
  readonly keep?: readonly string[]
  readonly criterion: Criterion
  readonly reduce: Reduction
  readonly absorb: boolean
  readonly img: number
  readonly data?: string
  readonly cfg?: string
  readonly name?: string
  readonly project?: string
  readonly checkout?: string
  readonly dryRun?: true
  readonly json?: true
}

/** `yolov5-slim prune`: cuts the channels with small |gamma| out of a checkpoint. */
export async function prune(options: PruneOptions, typed: readonly string[]): Promise<number> {
  const cwd = process.cwd()
  const request = pruneRequest(options)
  await requireFile('--weights', request.weights)
  if (!options.dryRun) await requirePlace('--output', request.output)
  const checkout = await optionalCheckout(cwd, options.checkout).catch((error: unknown) => {
    // Pruning needs no checkout: without a single one, a run is recorded only where --project says.
    if (options.checkout !== undefined) throw error
    return undefined
  })
  const inputs = await inputFiles(options, cwd, checkout)
  const record =
    (checkout || options.project !== undefined) && !options.dryRun
      ? await preparePruneRecord({ options, request, checkout, inputs, typed, cwd })
      : undefined
  const { report, kept } = await pruneKeepingOld(request)
  await record?.write(report, kept)
  if (options.json) {
    printJson(report)
    if (kept) printAside(keptLine(request.output, kept))
    return exitCodes.ok
  }
  print(...pruneReportLines(report))
  printAside(...manyWarningLines(report.warnings))
  if (options.dryRun) {
    print(l10n.t('dry run: nothing was written'))
    return exitCodes.ok
  }
  if (kept) printAside(keptLine(request.output, kept))
  print(
    outColors.green(l10n.t('{0} written in {1} s', request.output, report.seconds.toFixed(2))),
    l10n.t('next: {0}', outColors.bold(nextCommand(request.output, options, record?.parentData))),
  )
  return exitCodes.ok
}

/** What already lies at the output stays under another name, also when that is the checkpoint itself. */
async function pruneKeepingOld(
  request: PruneRequest,
): Promise<{ readonly report: PruneReport; readonly kept: string | undefined }> {
  const kept = request.dryRun ? undefined : await keepExisting(request.output)
  try {
    return { report: pruneCheckpoint(request), kept: kept?.path }
  } catch (error) {
    await kept?.discard()
    throw error
  }
}

function keptLine(output: string, kept: string): string {
  return `${errColors.cyan(l10n.t('note:'))} ${l10n.t('the {0} that was there is now {1}', basename(output), kept)}`
}

function pruneRequest(options: PruneOptions): PruneRequest {
  const { weights } = options
  if (weights === undefined) {
    throw usageError(
      'missing-flag',
      l10n.t('--weights is missing: which checkpoint shall be pruned?'),
      l10n.t('Give the last.pt of a sparse run, e.g. --weights runs/train/exp/weights/last.pt.'),
    )
  }
  const plan: PlanOptions = {
    ...defaultPlanOptions,
    amount: amountOf(options),
    criterion: options.criterion,
    reduction: options.reduce,
    round: options.round,
    minChannels: options.minChannels,
    maxLayerPercent: options.maxLayerPercent,
    keep: options.keep ?? [],
  }
  return {
    weights: resolve(weights),
    output: resolve(options.output),
    options: plan,
    absorb: options.absorb,
    dryRun: options.dryRun === true,
    imageSize: options.img,
  }
}

function amountOf({ percent, threshold, epsilon }: PruneOptions): PruneAmount {
  if (percent !== undefined && threshold !== undefined) {
    throw usageError(
      'conflicting-flags',
      l10n.t('--percent and --threshold cannot be given together.'),
      l10n.t('Leave one of them out.'),
    )
  }
  if (threshold !== undefined) return { kind: 'threshold', threshold }
  if (percent === 'zero') return { kind: 'zero', epsilon }
  if (percent === undefined) {
    throw usageError(
      'missing-flag',
      l10n.t('--percent is missing: how much shall be removed?'),
      l10n.t('Give a share such as --percent 0.5, or --percent zero for just what costs nothing.'),
    )
  }
  // 1 is all of it, and not meant as 1 %.
  if (percent >= 2 && percent < 100) {
    throw usageError(
      'bad-value',
      l10n.t('--percent {0} is not a share from 0 to 1.', percent),
      l10n.t('Give it as a fraction: --percent {0}.', percent / 100),
    )
  }
  checkAmount(percent)
  return { kind: 'percent', percent }
}

/** prune.py wants these, we do not; they are looked at so that a wrong path is told here and not later. */
async function inputFiles(
  { data, cfg }: PruneOptions,
  cwd: string,
  checkout: Detection | undefined,
): Promise<Readonly<Partial<Record<'data' | 'cfg', string>>>> {
  const places = { cwd, root: checkout?.root ?? cwd }
  return {
    ...(data === undefined ? {} : { data: await inputFile('--data', data, places) }),
    ...(cfg === undefined || cfg === '' ? {} : { cfg: await inputFile('--cfg', cfg, places) }),
  }
}

/** What to type after a prune. */
export function nextCommand(
  output: string,
  { data, name }: Pick<PruneOptions, 'data' | 'name'>,
  parentData: string | undefined,
): string {
  const words = ['finetune', '--weights', short(output)]
  words.push('--data', data ?? (parentData && short(parentData)) ?? 'data/yours.yaml')
  words.push('--epochs', '100')
  if (name) words.push('--name', name)
  return slimLine(words)
}

/** A path as one would type it here. */
function short(path: string): string {
  const here = relative(process.cwd(), path)
  return here.startsWith('..') || dirname(here) === here ? path : here
}
