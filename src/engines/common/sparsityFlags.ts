import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { Sparsity } from '../../core/slimming/sparsity'
import type { StartedEvent } from '../../runs/events'
import type { RunManifest, Stage } from '../../runs/manifest'
import type { ParsedFlags } from './flags'
import type { OwnFlags } from './ownFlags'

/** Sparsity that prepares for removing half of the channels, unless `--percent` says otherwise. */
const defaultPercent = 0.5

/**
 * The sparsity that the flags of a stage ask for.
 *
 * @throws SlimError `flags/stage` where they belong to another stage
 */
export function sparsityOf(stage: Stage, { own }: Pick<ParsedFlags, 'own'>): Sparsity | null {
  if (stage === 'sparse') {
    return {
      reg: own.reg ?? 'prox',
      sr: own.sr ?? 'auto',
      schedule: own.srSchedule ?? 'constant',
      percent: own.percent ?? defaultPercent,
    }
  }
  const given = [
    own.st && '--st',
    own.sr !== undefined && '--sr',
    own.reg && '--reg',
    own.srSchedule && '--sr-schedule',
  ].find((flag) => typeof flag === 'string')
  if (given === undefined) return null
  throw new SlimError(
    'flags/stage',
    l10n.t('{0} belongs to sparse training, not to the stage {1}.', given, stage),
    l10n.t('Use the stage "sparse", or leave {0} out.', given),
  )
}

/**
 * A resumed penalty goes on as the run was started; where something of it is given again, all of it is decided anew.
 *
 * @param started what the run was told to do
 * @param chosen what came of that, from the run's log
 */
export function resumedSparsity(
  own: OwnFlags,
  asked: Sparsity | null,
  started: Sparsity | null | undefined,
  chosen: StartedEvent['sparsity'],
): Sparsity | null {
  const before = started ?? asked
  if (!before) return asked
  const { hold, ...same } = before
  const given = [own.reg, own.sr, own.srSchedule, own.percent].some((flag) => flag !== undefined)
  if (given) {
    return {
      reg: own.reg ?? same.reg,
      sr: own.sr ?? same.sr,
      schedule: own.srSchedule ?? same.schedule,
      percent: own.percent ?? same.percent,
    }
  }
  if (same.sr !== 'auto') return { ...same, hold: hold ?? null }
  return chosen?.hold === undefined ? same : { ...same, sr: chosen.sr, hold: chosen.hold }
}

/** The manifest's part of the sparsity. */
export function sparsityFields(
  sparsity: Sparsity | null,
): Pick<RunManifest, 'sparsity' | 'percent'> {
  if (!sparsity) return {}
  const { reg, sr, schedule, percent } = sparsity
  return { sparsity: { reg, sr, schedule }, percent }
}
