import * as l10n from '@vscode/l10n'
import type { AskedStage } from '../../runs/manifest'
import type { Choice, Question } from './question'
import * as validate from './validate'

/** What a form can offer: paths relative to the checkout where they lie in it. */
export type FormContext = {
  readonly models: readonly Choice[]
  readonly dataSets: readonly Choice[]
  /** Checkpoints in the checkout and of its runs, the most likely first. */
  readonly checkpoints: readonly Choice[]
  /** The newest checkpoint that the stage would start from. */
  readonly newest?: string
  readonly exists: (path: string) => boolean
}

/** Keys whose answers one stage takes over from another. */
export const sharedKeys = ['data', 'cfg', 'batch', 'imgsz', 'device'] as const

/** The form of a stage, in the order in which it is asked. */
export function stageQuestions(stage: AskedStage, context: FormContext): readonly Question[] {
  switch (stage) {
    case 'train':
      return [
        data(context),
        cfg(context),
        weights(context, { required: false }),
        ...training('100'),
        name('baseline'),
        more(),
      ]
    case 'sparse':
      return [
        data(context),
        cfg(context),
        weights(context, { required: false }),
        strength(),
        target(),
        ...training('100'),
        name('sparse'),
        more(),
      ]
    case 'prune':
      return [
        weights(context, { required: true }),
        amount(),
        rounding(),
        imageSize(),
        more('--keep "model.24.*" --criterion l1'),
      ]
    case 'finetune':
      return [
        weights(context, { required: true }),
        data(context),
        ...training('100'),
        name('finetuned'),
        more(),
      ]
    case 'val':
      return [
        weights(context, { required: true }),
        data(context),
        batch(),
        imageSize(),
        device(),
        name('val'),
        more('--task test'),
      ]
  }
}

const data = ({ dataSets, exists }: FormContext): Question => ({
  key: 'data',
  flag: '--data',
  label: l10n.t('Data set'),
  prompt: l10n.t('The data.yaml that names images and classes'),
  initial: '',
  choices: dataSets,
  browse: ['yaml', 'yml'],
  validate: validate.file(['yaml', 'yml'], exists),
})

const cfg = ({ models, exists }: FormContext): Question => ({
  key: 'cfg',
  flag: '--cfg',
  label: l10n.t('Model'),
  prompt: l10n.t('The model yaml to build'),
  initial: models.find(({ value }) => /yolov5s\.yaml$/.test(value))?.value ?? '',
  choices: models,
  browse: ['yaml', 'yml'],
  empty: l10n.t('that of the weights'),
  validate: validate.optional(validate.file(['yaml', 'yml'], exists)),
})

function weights(context: FormContext, { required }: { readonly required: boolean }): Question {
  const { checkpoints, newest, exists } = context
  const check = validate.file(['pt'], exists)
  return {
    key: 'weights',
    flag: '--weights',
    label: l10n.t('Weights'),
    prompt: l10n.t('The checkpoint to start from'),
    initial: '',
    ...(newest === undefined ? {} : { suggested: newest }),
    choices: checkpoints,
    browse: ['pt'],
    empty: l10n.t('random, from scratch'),
    passEmpty: true,
    validate: required ? check : validate.optional(check),
  }
}

const strength = (): Question => ({
  key: 'sr',
  flag: '--sr',
  label: l10n.t('Sparsity sr'),
  prompt: l10n.t('Strength of the sparsity penalty; "auto" fits it to the length of the training'),
  initial: 'auto',
  validate: validate.sparsityStrength,
})

const target = (): Question => ({
  key: 'percent',
  flag: '--percent',
  label: l10n.t('Channels to become prunable'),
  prompt: l10n.t('Share of the channels that "auto" aims at'),
  initial: '0.5',
  validate: validate.share,
})

const amount = (): Question => ({
  key: 'percent',
  flag: '--percent',
  label: l10n.t('Channels to remove'),
  prompt: l10n.t('Share of the prunable channels; "zero" removes just what costs nothing'),
  initial: '0.5',
  validate: validate.shareOrZero,
})

const rounding = (): Question => ({
  key: 'round',
  flag: '--round',
  label: l10n.t('Round channels up to'),
  prompt: l10n.t('Kept channels become a multiple of this; 8 suits GPUs, 1 turns it off'),
  initial: '8',
  validate: validate.wholeNumber(1),
})

const training = (epochs: string): readonly Question[] => [
  {
    key: 'epochs',
    flag: '--epochs',
    label: l10n.t('Epochs'),
    prompt: l10n.t('How many times the training sees every image'),
    initial: epochs,
    validate: validate.wholeNumber(1),
  },
  batch(),
  imageSize(),
  device(),
]

const batch = (): Question => ({
  key: 'batch',
  flag: '--batch-size',
  label: l10n.t('Batch size'),
  prompt: l10n.t('Images in one step, over all GPUs'),
  initial: '16',
  validate: validate.batchSize,
})

const imageSize = (): Question => ({
  key: 'imgsz',
  flag: '--imgsz',
  label: l10n.t('Image size'),
  prompt: l10n.t('Side of the square that images are fitted into, in pixels'),
  initial: '640',
  validate: validate.imageSize,
})

const device = (): Question => ({
  key: 'device',
  flag: '--device',
  label: l10n.t('Device'),
  prompt: l10n.t('GPU numbers such as 0 or 0,1; or cpu'),
  initial: '',
  empty: l10n.t('chosen by YOLOv5'),
  validate: validate.optional((value) =>
    /^(cpu|mps|\d+(,\d+)*)$/.test(value.trim())
      ? undefined
      : l10n.t('GPU numbers such as 0 or 0,1; or cpu'),
  ),
})

const name = (initial: string): Question => ({
  key: 'name',
  flag: '--name',
  label: l10n.t('Run name'),
  prompt: l10n.t('Folder of the run; numbered when it is taken'),
  initial,
  validate: validate.runName,
})

const more = (example = '--workers 4 --cache'): Question => ({
  key: 'more',
  label: l10n.t('More options'),
  prompt: l10n.t('Anything else, as on the command line: {0}', example),
  initial: '',
  empty: l10n.t('none'),
  validate: (value) =>
    (value.match(/"/g)?.length ?? 0) % 2 === 0 && (value.match(/'/g)?.length ?? 0) % 2 === 0
      ? undefined
      : l10n.t('A quote is not closed'),
})
