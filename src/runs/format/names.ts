import * as l10n from '@vscode/l10n'
import type { RunState, Stage } from '../manifest'

/** A stage as people call it; commands and files have its own name. */
export function stageName(stage: Stage): string {
  const names: Readonly<Record<Stage, string>> = {
    train: l10n.t('Baseline'),
    sparse: l10n.t('Sparse'),
    prune: l10n.t('Prune'),
    finetune: l10n.t('Finetune'),
    val: l10n.t('Validation'),
    detect: l10n.t('Detection'),
  }
  return names[stage]
}

/** A state as people call it. */
export function stateName(state: RunState): string {
  const names: Readonly<Record<RunState, string>> = {
    queued: l10n.t('queued'),
    starting: l10n.t('starting'),
    running: l10n.t('running'),
    stopping: l10n.t('stopping'),
    finished: l10n.t('finished'),
    stopped: l10n.t('stopped'),
    failed: l10n.t('failed'),
    interrupted: l10n.t('interrupted'),
  }
  return names[state]
}
