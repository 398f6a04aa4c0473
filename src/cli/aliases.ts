import * as l10n from '@vscode/l10n'
import type { Stage } from '../runs/manifest'

export const stages = ['train', 'sparse', 'finetune', 'val'] as const
/** Stages that hand their arguments to YOLOv5's own script; `prune` is ours alone. */
export type ScriptStage = Exclude<Stage, 'prune' | 'detect'>

/** What a typed command stands for. Script names are what tutorials and YOLOv5's own documentation use. */
const scriptStages: Readonly<Record<string, ScriptStage | 'train_sparsity'>> = {
  train: 'train',
  'train.py': 'train',
  sparse: 'sparse',
  train_sparsity: 'train_sparsity',
  'train_sparsity.py': 'train_sparsity',
  finetune: 'finetune',
  'finetune.py': 'finetune',
  finetune_pruned: 'finetune',
  'finetune_pruned.py': 'finetune',
  val: 'val',
  'val.py': 'val',
  test: 'val',
  'test.py': 'val',
}

export type StageCommand = {
  readonly stage: ScriptStage
  readonly args: readonly string[]
  /** What to tell the person about the reading of their command line. */
  readonly notes: readonly string[]
}

/** The stage that a command line means; undefined when its first word is no stage. */
export function stageCommand(name: string, args: readonly string[]): StageCommand | undefined {
  const stage = Object.hasOwn(scriptStages, name) ? scriptStages[name] : undefined
  if (stage === undefined) return undefined
  return stage === 'train_sparsity' ? trainSparsity(name, args) : { stage, args, notes: [] }
}

/** Aliases of commands of fixed flags. */
export function fixedCommand(name: string): string {
  return name === 'prune.py' ? 'prune' : name
}

/** In those scripts it is `--st` that makes the training sparse; without it `--sr` does nothing. */
function trainSparsity(name: string, args: readonly string[]): StageCommand {
  const help = args.includes('--help') || args.includes('-h')
  if (help || args.includes('--st')) return { stage: 'sparse', args, notes: [] }
  const note = l10n.t(
    '{0} without --st is an ordinary training: no gamma will shrink. Add --st, or type "yolov5-slim sparse".',
    name,
  )
  return { stage: 'train', args: withoutSr(args), notes: [note] }
}

function withoutSr(args: readonly string[]): string[] {
  return args.filter(
    (arg, i) => arg !== '--sr' && args[i - 1] !== '--sr' && !arg.startsWith('--sr='),
  )
}
