import { describe, expect, it } from 'vitest'
import { trainFlags, valFlags } from '../../engines/builtin/stage/flagTable'
import { initialValues, toArguments } from './field'
import { formStages } from './stage'
import { type FormContext, stageFields } from './stageFields'

const context: FormContext = {
  models: [{ value: 'models/yolov5n.yaml' }, { value: 'models/yolov5s.yaml' }],
  dataSets: [{ value: 'data/coco128.yaml' }],
  hyps: [],
  checkpoints: [],
  newest: 'runs/train/sparse/weights/last.pt',
  flags: trainFlags,
  engine: 'auto',
  hasCheckout: true,
  exists: (path) => !path.includes('missing'),
}

const contextOf = (stage: (typeof formStages)[number]): FormContext =>
  stage === 'val' ? { ...context, flags: valFlags } : context

const line = (stage: (typeof formStages)[number], values: Record<string, string>) => {
  const fields = stageFields(stage, contextOf(stage))
  return toArguments(fields, { ...initialValues(fields, {}, {}), ...values }).join(' ')
}

it('spells a sparse training as the command line does', () => {
  expect(line('sparse', { data: 'data/a.yaml', weights: '', sr: '0.005', workers: '4' })).toBe(
    '--data data/a.yaml --weights  --sr 0.005 --percent 0.5 --epochs 100 --batch-size 16 --imgsz 640 --name sparse --workers 4',
  )
})

it('builds the usual model only where there are no weights to go on from', () => {
  const { newest: _, ...without } = context
  const cfg = (given: FormContext) =>
    stageFields('sparse', given).find(({ key }) => key === 'cfg')?.initial
  expect([cfg(context), cfg(without)]).toEqual(['', 'models/yolov5s.yaml'])
  expect(cfg({ ...without, models: [{ value: 'mine.yaml' }] })).toBe('mine.yaml')
})

it('starts pruning from the newest sparse run, in the preview', () => {
  expect(line('prune', {})).toBe('--weights runs/train/sparse/weights/last.pt')
})

it('offers just the engine that works without a checkout', () => {
  const engine = (hasCheckout: boolean) =>
    stageFields('train', { ...context, hasCheckout }).find(({ key }) => key === 'engine')
  expect(engine(true)).toMatchObject({ initial: 'auto', suggested: 'auto' })
  expect(engine(false)).toMatchObject({
    initial: 'builtin',
    control: { choices: [{ value: 'builtin' }] },
  })
})

it('offers just the flags that the release has', () => {
  const keys = (names: readonly string[]) =>
    stageFields('train', {
      ...context,
      flags: trainFlags.filter(({ dest }) => names.includes(dest)),
    })
      .filter(({ advanced }) => advanced)
      .map(({ key }) => key)
  expect(keys(['workers', 'hyp'])).toEqual(['hyp', 'workers', 'trustWeights', 'threads', 'more'])
  expect(keys(['cos_lr'])).toEqual(['cos_lr', 'trustWeights', 'threads', 'more'])
})

describe.each(formStages)('%s', (stage) => {
  const fields = stageFields(stage, contextOf(stage))

  it('has each field once, with a label and a hint', () => {
    const keys = fields.map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    for (const { label, hint } of fields) expect([label, hint]).not.toContain('')
  })

  it('starts from values that hold, where there is one data set', () => {
    const values = initialValues(fields, {}, {})
    const wrong = fields.filter(({ key, validate }) => validate(values[key] ?? ''))
    expect(wrong.map(({ key }) => key)).toEqual([])
  })

  it('refuses files that are not there', () => {
    for (const { control, validate } of fields) {
      if (control.kind === 'file')
        expect(validate(`missing.${control.endings[0]}`)).toContain('missing')
    }
  })
})
