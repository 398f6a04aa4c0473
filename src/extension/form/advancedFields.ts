import * as l10n from '@vscode/l10n'
import type { ScriptFlag } from '../../core/yolov5/release'
import { nameOf } from '../../engines/common/argumentParser'
import type { Choice, Field } from './field'
import type { FormStage } from './stage'
import type { FormContext } from './stageFields'
import * as validate from './validate'

/** What few need: our own flags, those of the release's script that it has, and free text for the rest. */
export function advancedFields(stage: FormStage, context: FormContext): readonly Field[] {
  const { flags } = context
  const sparse = stage === 'sparse' || stage === 'loop'
  const own = [
    ...(sparse ? [penalty(), srSchedule()] : []),
    ...(stage === 'val' ? [] : [hyp(context, flags)]),
  ].filter((field) => field !== undefined)
  const script = scriptFields(stage).flatMap(({ dest, label, hint }) => {
    const flag = flags.find((one) => one.dest === dest)
    return flag ? [fromFlag(flag, label, hint)] : []
  })
  return [...own, ...script, trust(), threads(), more(stage)].map((field) => ({
    ...field,
    advanced: true,
  }))
}

type Described = { readonly dest: string; readonly label: string; readonly hint: string }

/** Flags of train.py (v5.0 to v7.0) or val.py by their name on `opt`; a release has some of them. */
function scriptFields(stage: FormStage): readonly Described[] {
  const workers = {
    dest: 'workers',
    label: l10n.t('Workers'),
    hint: l10n.t('Processes or threads that read images'),
  }
  const single = {
    dest: 'single_cls',
    label: l10n.t('One class'),
    hint: l10n.t('Treat all classes as one'),
  }
  if (stage === 'val') {
    return [
      workers,
      { dest: 'task', label: l10n.t('Images'), hint: l10n.t('train, val or test of the data set') },
      single,
      { dest: 'verbose', label: l10n.t('By class'), hint: l10n.t('Report mAP of every class') },
    ]
  }
  const cache = l10n.t('Cache')
  const cacheHint = l10n.t('Keep images in memory')
  return [
    workers,
    { dest: 'cache', label: cache, hint: cacheHint },
    { dest: 'cache_images', label: cache, hint: cacheHint },
    {
      dest: 'optimizer',
      label: l10n.t('Optimizer'),
      hint: l10n.t('SGD unless you choose another'),
    },
    { dest: 'adam', label: 'Adam', hint: l10n.t('Adam instead of SGD') },
    {
      dest: 'cos_lr',
      label: l10n.t('Cosine schedule'),
      hint: l10n.t('Let the learning rate fall along a cosine, not a line'),
    },
    {
      dest: 'linear_lr',
      label: l10n.t('Linear schedule'),
      hint: l10n.t('Let the learning rate fall along a line, not a cosine'),
    },
    {
      dest: 'patience',
      label: l10n.t('Patience'),
      hint: l10n.t('Epochs without a better one after which training ends'),
    },
    { dest: 'freeze', label: l10n.t('Freeze'), hint: l10n.t('Layers whose weights stay, e.g. 10') },
    { dest: 'seed', label: l10n.t('Seed'), hint: l10n.t('Of every random choice') },
    {
      dest: 'save_period',
      label: l10n.t('Save every'),
      hint: l10n.t('Epochs between extra checkpoints; below 1: none'),
    },
    { dest: 'label_smoothing', label: l10n.t('Label smoothing'), hint: l10n.t('0 is none') },
    {
      dest: 'image_weights',
      label: l10n.t('Image weights'),
      hint: l10n.t('Show hard images more often'),
    },
    {
      dest: 'multi_scale',
      label: l10n.t('Multi-scale'),
      hint: l10n.t('Vary the image size by half'),
    },
    {
      dest: 'rect',
      label: l10n.t('Rectangular'),
      hint: l10n.t('Batches of one aspect ratio, no mosaic'),
    },
    single,
    {
      dest: 'noautoanchor',
      label: l10n.t('Keep anchors'),
      hint: l10n.t('Do not fit anchors to the boxes'),
    },
    {
      dest: 'exist_ok',
      label: l10n.t('Reuse folder'),
      hint: l10n.t('Write into the run’s folder though it exists'),
    },
  ]
}

/** A field that takes what the flag takes. */
export function fromFlag(flag: ScriptFlag, label: string, hint: string): Field {
  const base = { key: flag.dest, flag: nameOf(flag), label, hint, initial: '' }
  if (flag.arity === 'none') {
    return { ...base, control: { kind: 'switch' }, validate: () => undefined }
  }
  if (flag.arity === 'optional' && flag.dest === 'cache') {
    const choices = [{ value: 'ram' }, { value: 'disk' }]
    return { ...base, ...choice(choices), empty: l10n.t('no') }
  }
  const preset = presetOf(flag)
  const empty = preset === undefined ? {} : { empty: preset }
  if (flag.choices)
    return { ...base, ...empty, ...choice(flag.choices.map((value) => ({ value }))) }
  const check =
    flag.type === 'int' && flag.arity !== 'many'
      ? validate.integer
      : flag.type === 'float'
        ? validate.number
        : () => undefined
  return {
    ...base,
    ...empty,
    // Several values of one flag are words of their own.
    ...(flag.arity === 'many' ? { spread: true } : {}),
    control: { kind: 'text' },
    validate: validate.optional(check),
  }
}

function choice(choices: readonly Choice[]): Pick<Field, 'control' | 'validate'> {
  return {
    control: { kind: 'choice', choices: [{ value: '' }, ...choices] },
    validate: (value) =>
      value === '' || choices.some((one) => one.value === value)
        ? undefined
        : l10n.t('One of {0}', choices.map((one) => one.value).join(', ')),
  }
}

/** The default as a person writes it; undefined where its source is an expression. */
function presetOf({ default: source }: ScriptFlag): string | undefined {
  const text = source === undefined ? undefined : (/^(['"])(.*)\1$/.exec(source)?.[2] ?? source)
  return text !== undefined && /^[\w.+-]+$/.test(text) && text !== 'None' ? text : undefined
}

const penalty = (): Field => ({
  key: 'reg',
  flag: '--reg',
  label: l10n.t('Penalty'),
  hint: l10n.t('prox reaches zero exactly; l1 is the paper’s subgradient'),
  initial: '',
  empty: 'prox',
  ...choice([{ value: 'prox' }, { value: 'l1' }]),
})

const srSchedule = (): Field => ({
  key: 'srSchedule',
  flag: '--sr-schedule',
  label: l10n.t('Schedule of sr'),
  hint: l10n.t('linear lets sr fall to a tenth'),
  initial: '',
  empty: 'constant',
  ...choice([{ value: 'constant' }, { value: 'linear' }]),
})

function hyp({ hyps, exists }: FormContext, flags: readonly ScriptFlag[]): Field | undefined {
  if (!flags.some(({ dest }) => dest === 'hyp')) return undefined
  return {
    key: 'hyp',
    flag: '--hyp',
    label: l10n.t('Hyperparameters'),
    hint: l10n.t('Learning rate, warm-up epochs, augmentation'),
    control: { kind: 'file', endings: ['yaml', 'yml'], choices: hyps },
    initial: '',
    empty: l10n.t('the release’s own'),
    validate: validate.optional(validate.file(['yaml', 'yml'], exists)),
  }
}

const trust = (): Field => ({
  key: 'trustWeights',
  flag: '--trust-weights',
  label: l10n.t('Trust weights'),
  hint: l10n.t(
    'Load weights that would import more than YOLOv5 and torch; they can run any program',
  ),
  control: { kind: 'switch' },
  initial: '',
  validate: () => undefined,
})

const threads = (): Field => ({
  key: 'threads',
  flag: '--threads',
  label: l10n.t('Threads'),
  hint: l10n.t('Of the built-in engine on a CPU'),
  control: { kind: 'text' },
  initial: '',
  empty: l10n.t('one a core'),
  validate: validate.optional(validate.wholeNumber(1)),
})

const more = (stage: FormStage): Field => ({
  key: 'more',
  label: l10n.t('More flags'),
  hint: l10n.t(
    'Anything else, as on the command line: {0}',
    stage === 'val' ? '--conf-thres 0.01' : '--project runs/mine',
  ),
  control: { kind: 'text' },
  initial: '',
  validate: validate.closedQuotes,
})
