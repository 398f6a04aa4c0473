import * as l10n from '@vscode/l10n'
import type { ScriptStage } from './aliases'

/** What each stage does, in one sentence. */
export function stageSummary(stage: ScriptStage): string {
  switch (stage) {
    case 'train':
      return l10n.t('Train as the release’s own train.py does, followed live.')
    case 'sparse':
      return l10n.t('Train with a sparsity penalty on every gamma that pruning can remove.')
    case 'finetune':
      return l10n.t('Train a pruned checkpoint to recover accuracy.')
    case 'val':
      return l10n.t('Evaluate a checkpoint with the release’s own val.py or test.py.')
  }
}

export function loopSummary(): string {
  return l10n.t('Sparse training, pruning and finetuning in one go; flags as for sparse.')
}
