import { describe, expect, it } from 'vitest'
import { initialAnswers, toArguments } from './question'
import { type FormContext, stageQuestions } from './stages'

const context: FormContext = {
  models: [{ value: 'models/yolov5n.yaml' }, { value: 'models/yolov5s.yaml' }],
  dataSets: [{ value: 'data/coco128.yaml' }],
  checkpoints: [],
  newest: 'runs/train/sparse/weights/last.pt',
  exists: (path) => !path.includes('missing'),
}

const lines = (stage: Parameters<typeof stageQuestions>[0], answers: Record<string, string>) => {
  const questions = stageQuestions(stage, context)
  return toArguments(questions, { ...initialAnswers(questions, {}, {}), ...answers }).join(' ')
}

it('spells a sparse training as the command line does', () => {
  expect(lines('sparse', { data: 'data/a.yaml', weights: '', sr: '0.005' })).toBe(
    '--data data/a.yaml --cfg models/yolov5s.yaml --weights  --sr 0.005 --percent 0.5 --epochs 100 --batch-size 16 --imgsz 640 --name sparse',
  )
})

it('starts pruning from the newest sparse run', () => {
  expect(lines('prune', { percent: '0.7' })).toBe(
    '--weights runs/train/sparse/weights/last.pt --percent 0.7 --round 8 --imgsz 640',
  )
})

describe.each(['train', 'sparse', 'prune', 'finetune', 'val'] as const)('%s', (stage) => {
  const questions = stageQuestions(stage, context)

  it('asks each thing once', () => {
    const keys = questions.map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('starts from answers that hold, but for the data set, which it asks for', () => {
    const answers = initialAnswers(questions, {}, {})
    const wrong = questions.filter(({ key, validate }) => validate(answers[key] ?? ''))
    expect(wrong.map(({ key }) => key)).toEqual(stage === 'prune' ? [] : ['data'])
  })

  it('refuses files that are not there', () => {
    for (const { browse, validate } of questions) {
      if (browse) expect(validate(`missing.${browse[0]}`)).toContain('missing')
    }
  })
})
