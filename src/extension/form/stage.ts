import * as l10n from '@vscode/l10n'
import type { AskedStage } from '../../runs/manifest'

/** What the form can start; `loop` is sparse training, pruning and finetuning, one after the other. */
export const formStages = ['loop', 'train', 'sparse', 'prune', 'finetune', 'val'] as const
export type FormStage = (typeof formStages)[number]

export function formStageName(stage: FormStage): string {
  const names: Readonly<Record<FormStage, string>> = {
    loop: l10n.t('All stages: sparse training, pruning, finetuning'),
    train: l10n.t('Baseline training'),
    sparse: l10n.t('Sparse training'),
    prune: l10n.t('Pruning'),
    finetune: l10n.t('Finetuning'),
    val: l10n.t('Validation'),
  }
  return names[stage]
}

/** The stage whose weights and flags count when the form starts. */
export function firstStage(stage: FormStage): AskedStage {
  return stage === 'loop' ? 'sparse' : stage
}
