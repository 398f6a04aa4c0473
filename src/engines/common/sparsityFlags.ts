import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { Sparsity } from '../../core/slimming/sparsity'
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

/** A resumed schedule stays where it was: what was not given again is as the run was started. */
export function resumedSparsity(
  own: OwnFlags,
  asked: Sparsity | null,
  started: Sparsity | null | undefined,
): Sparsity | null {
  const before = started ?? asked
  if (!before) return asked
  return {
    reg: own.reg ?? before.reg,
    sr: own.sr ?? before.sr,
    schedule: own.srSchedule ?? before.schedule,
    percent: own.percent ?? before.percent,
  }
}

/** The manifest's part of the sparsity. */
export function sparsityFields(
  sparsity: Sparsity | null,
): Pick<RunManifest, 'sparsity' | 'percent'> {
  if (!sparsity) return {}
  const { reg, sr, schedule, percent } = sparsity
  return { sparsity: { reg, sr, schedule }, percent }
}
