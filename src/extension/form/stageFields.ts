import * as l10n from '@vscode/l10n'
import type { ScriptFlag } from '../../core/yolov5/release'
import type { Engine } from '../../engines/prepareStage'
import { advancedFields } from './advancedFields'
import type { Choice, Field } from './field'
import type { FormStage } from './stage'
import * as validate from './validate'

/** What a form can offer: paths relative to the folder that it works in where they lie there. */
export type FormContext = {
  readonly models: readonly Choice[]
  readonly dataSets: readonly Choice[]
  readonly hyps: readonly Choice[]
  /** Checkpoints in the folder and of its runs, the most likely first. */
  readonly checkpoints: readonly Choice[]
  /** The newest checkpoint that the stage would start from. */
  readonly newest?: string
  /** Flags that the release's script accepts. */
  readonly flags: readonly ScriptFlag[]
  /** The setting. */
  readonly engine: Engine
  /** Without one, only the built-in engine trains. */
  readonly hasCheckout: boolean
  readonly exists: (path: string) => boolean
}

/** Keys whose values one stage takes over from another. */
export const sharedKeys = ['data', 'batch', 'imgsz', 'engine', 'device'] as const

/** The form of a stage, in the order in which it is shown. */
export function stageFields(stage: FormStage, context: FormContext): readonly Field[] {
  switch (stage) {
    case 'prune':
      return [weights(context, { required: true })]
    case 'loop':
    case 'sparse':
      return [
        data(context),
        cfg(context),
        weights(context, { required: false }),
        strength(),
        stage === 'loop' ? amount() : target(),
        ...training(context),
        name('sparse'),
        ...advancedFields(stage, context),
      ]
    case 'train':
      return [
        data(context),
        cfg(context),
        weights(context, { required: false }),
        ...training(context),
        name('baseline'),
        ...advancedFields(stage, context),
      ]
    case 'finetune':
      return [
        weights(context, { required: true }),
        data(context),
        ...training(context),
        name('finetuned'),
        ...advancedFields(stage, context),
      ]
    case 'val':
      return [
        weights(context, { required: true }),
        data(context),
        batch('32'),
        imageSize(),
        engine(context),
        device(),
        name('val'),
        ...advancedFields(stage, context),
      ]
  }
}

const yamls = ['yaml', 'yml']

const data = ({ dataSets, exists }: FormContext): Field => ({
  key: 'data',
  flag: '--data',
  label: l10n.t('Data set'),
  hint: l10n.t('The data.yaml that names images and classes'),
  control: { kind: 'file', endings: yamls, choices: dataSets },
  initial: dataSets.length === 1 ? (dataSets[0]?.value ?? '') : '',
  validate: validate.file(yamls, exists),
})

const cfg = ({ models, newest, exists }: FormContext): Field => ({
  key: 'cfg',
  flag: '--cfg',
  label: l10n.t('Model'),
  hint: l10n.t('The model yaml to build'),
  control: { kind: 'file', endings: yamls, choices: models },
  // Weights bring their own network, which a yaml would replace by its own.
  initial: newest === undefined ? usualModel(models) : '',
  empty: l10n.t('that of the weights'),
  validate: validate.optional(validate.file(yamls, exists)),
})

function usualModel(models: readonly Choice[]): string {
  const usual = models.find(({ value }) => /yolov5s\.yaml$/.test(value))
  return (usual ?? (models.length === 1 ? models[0] : undefined))?.value ?? ''
}

function weights(context: FormContext, { required }: { readonly required: boolean }): Field {
  const { checkpoints, newest, exists } = context
  const check = validate.file(['pt'], exists)
  return {
    key: 'weights',
    flag: '--weights',
    label: l10n.t('Weights'),
    hint: l10n.t('The checkpoint to start from'),
    control: { kind: 'file', endings: ['pt'], choices: checkpoints },
    initial: '',
    ...(newest === undefined ? {} : { suggested: newest }),
    ...(required ? {} : { empty: l10n.t('random, from scratch') }),
    passEmpty: true,
    validate: required ? check : validate.optional(check),
  }
}

const strength = (): Field => ({
  key: 'sr',
  flag: '--sr',
  label: l10n.t('Sparsity sr'),
  hint: l10n.t('Strength of the sparsity penalty; "auto" fits it to the length of the training'),
  control: {
    kind: 'text',
    choices: ['auto', '0.0001', '0.001', '0.005'].map((value) => ({ value })),
  },
  initial: 'auto',
  validate: validate.sparsityStrength,
})

const shares = ['0.3', '0.5', '0.7'].map((value) => ({ value }))

const target = (): Field => ({
  key: 'percent',
  flag: '--percent',
  label: l10n.t('Channels to become prunable'),
  hint: l10n.t('Share of the channels that "auto" aims at'),
  control: { kind: 'text', choices: shares },
  initial: '0.5',
  validate: validate.share,
})

const amount = (): Field => ({
  ...target(),
  label: l10n.t('Channels to remove'),
  hint: l10n.t('Share of the prunable channels, by one threshold over the network'),
})

const training = (context: FormContext): readonly Field[] => [
  {
    key: 'epochs',
    flag: '--epochs',
    label: l10n.t('Epochs'),
    hint: l10n.t('How many times the training sees every image'),
    control: { kind: 'text' },
    initial: '100',
    validate: validate.wholeNumber(1),
  },
  batch('16'),
  imageSize(),
  engine(context),
  device(),
]

const batch = (initial: string): Field => ({
  key: 'batch',
  flag: '--batch-size',
  label: l10n.t('Batch size'),
  hint: l10n.t('Images in one step, over all GPUs'),
  control: { kind: 'text' },
  initial,
  validate: validate.batchSize,
})

const imageSize = (): Field => ({
  key: 'imgsz',
  flag: '--imgsz',
  label: l10n.t('Image size'),
  hint: l10n.t('Side of the square that images are fitted into, in pixels'),
  control: { kind: 'text', choices: ['320', '416', '512', '640'].map((value) => ({ value })) },
  initial: '640',
  validate: validate.imageSize,
})

function engine({ engine: setting, hasCheckout }: FormContext): Field {
  const choices: readonly Choice[] = [
    { value: 'auto', description: l10n.t('PyTorch where it is ready, else built-in') },
    { value: 'pytorch', description: l10n.t('PyTorch: the checkout’s own scripts') },
    { value: 'builtin', description: l10n.t('Built-in: needs no Python') },
  ]
  // The setting beats what was chosen before it was changed.
  const suggested = hasCheckout ? setting : 'builtin'
  return {
    key: 'engine',
    flag: '--engine',
    label: l10n.t('Engine'),
    hint: l10n.t('What trains'),
    control: { kind: 'choice', choices: hasCheckout ? choices : choices.slice(2) },
    initial: suggested,
    suggested,
    silent: 'auto',
    validate: (value) =>
      choices.some((choice) => choice.value === value) ? undefined : l10n.t('Choose an engine'),
  }
}

const device = (): Field => ({
  key: 'device',
  flag: '--device',
  label: l10n.t('Device'),
  hint: l10n.t('GPU numbers such as 0 or 0,1; or cpu'),
  control: {
    kind: 'text',
    choices: [
      { value: '0', description: l10n.t('the first GPU') },
      { value: 'cpu' },
      { value: 'cuda', description: l10n.t('built-in engine only') },
      { value: 'webgpu', description: l10n.t('built-in engine only') },
      { value: 'native', description: l10n.t('built-in engine only') },
      { value: 'wasm', description: l10n.t('built-in engine only') },
    ],
  },
  initial: '',
  empty: l10n.t('the best there is'),
  validate: validate.optional(validate.device),
})

const name = (initial: string): Field => ({
  key: 'name',
  flag: '--name',
  label: l10n.t('Run name'),
  hint: l10n.t('Folder of the run; numbered when it is taken'),
  control: { kind: 'text' },
  initial,
  validate: validate.runName,
})
