import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SlimError } from '../../core/errors'
import { detectCheckout } from '../../core/yolov5/detect'
import { withoutCheckout } from '../../engines/builtin/stage/detection'
import type { ToPage } from '../webview/contract'
import type { FormContract } from './contract'
import { FormMemory } from './memory'
import type { Readiness } from './readiness'
import { FormSession } from './session'

const repository = resolve(import.meta.dirname, '../../..')
let root = ''

/** A checkout with a small data set of two classes, and a checkpoint of three. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'form-'))
  cpSync(join(repository, 'test/fixtures/standin-new'), root, { recursive: true })
  for (const split of ['train', 'val']) {
    for (const kind of ['images', 'labels'])
      mkdirSync(join(root, 'set', kind, split), { recursive: true })
    for (let i = 0; i < 40; i++) {
      writeFileSync(join(root, 'set/images', split, `${i}.png`), '')
      writeFileSync(join(root, 'set/labels', split, `${i}.txt`), `${i % 2} 0.5 0.5 0.2 0.2\n`)
    }
  }
  writeFileSync(
    join(root, 'data', 'mine.yaml'),
    `train: ${root}/set/images/train\nval: ${root}/set/images/val\nnc: 2\nnames: [a, b]\n`,
  )
  cpSync(join(repository, 'media/sample/baseline.pt'), join(root, 'shapes.pt'))
  cpSync(join(repository, 'test/golden/checkpoints/fused.pt'), join(root, 'fused.pt'))
})
afterAll(() => rmSync(root, { recursive: true }))

const missing: Readiness = {
  kind: 'missing',
  error: new SlimError('python/not-found', 'No Python.', 'Install it.'),
  named: false,
}
const ready: Readiness = { kind: 'ready', text: 'PyTorch', python: '/v/python', named: false }

type Message = ToPage<FormContract>
type Report = Extract<Message, { type: 'report' }>

function session(readiness: Readiness = missing, hasCheckout = true) {
  const kept = new Map<string, unknown>()
  const sent: Message[] = []
  const made = new FormSession(
    {
      memory: new FormMemory({
        get: <T>(key: string) => kept.get(key) as T | undefined,
        update: async (key, value) => void kept.set(key, value),
      }),
      place: async (folder) => {
        const detection = hasCheckout ? await detectCheckout(folder) : undefined
        return detection
          ? { root: folder, detection, hasCheckout: true }
          : { root: folder, detection: withoutCheckout(folder), hasCheckout: false }
      },
      runs: async () => [],
      readiness: async () => readiness,
      sampleModel: join(repository, 'media/sample/model.yaml'),
      settings: () => ({ engine: 'auto', queue: true }),
    },
    (message) => sent.push(message),
  )
  const last = () => sent.findLast((message): message is Report => message.type === 'report')
  const type = async (values: Record<string, string>): Promise<Report | undefined> => {
    const { state } = made
    if (state) await made.report(1, { ...state, values: { ...state.values, ...values } })
    return last()
  }
  return { made, sent, last, type }
}

const said = (report: Report | undefined, field: string) =>
  report?.findings
    .filter((one) => one.field === field)
    .map(({ code, severity }) => `${code} ${severity}`)

it('shows what the folder offers, and the command line that stands for it', async () => {
  const { made, sent, type } = session(ready)
  await made.open('sparse', root)
  const form = sent.find((message) => message.type === 'form')
  expect(form?.type === 'form' && form.fields.find(({ key }) => key === 'data')?.choices).toEqual([
    { value: 'data/mine.yaml', label: '' },
  ])
  const report = await type({
    ...{ data: 'data/mine.yaml', cfg: 'models/yolov5n.yaml', epochs: '600' },
  })
  expect(report?.command).toBe(
    `yolov5-slim sparse --data data/mine.yaml --cfg models/yolov5n.yaml --weights '' --sr auto --percent 0.5 --epochs 600 --batch-size 16 --imgsz 640 --name sparse --python /v/python --queue`,
  )
  expect(said(report, 'data')).toEqual(['data/facts information'])
  expect(said(report, 'sr')).toEqual(['sparsity/outlook information'])
  expect(report?.findings.filter(({ severity }) => severity === 'error')).toEqual([])
})

it('doubts an sr far from what the schedule needs', async () => {
  const { made, type } = session(ready)
  await made.open('sparse', root)
  const report = await type({
    ...{ data: 'data/mine.yaml', cfg: 'models/yolov5n.yaml', epochs: '600', sr: '0.00001' },
  })
  expect(said(report, 'sr')).toContain('sparsity/sr-too-small warning')
})

it('refuses fused weights, and weights of other classes where their head is kept', async () => {
  const { made, type } = session()
  await made.open('sparse', root)
  expect(said(await type({ data: 'data/mine.yaml', weights: 'fused.pt' }), 'weights')).toContain(
    'checkpoint/fused error',
  )
  await made.open('finetune', root)
  const report = await type({ data: 'data/mine.yaml', weights: 'shapes.pt' })
  expect(said(report, 'weights')).toEqual(['data/class-mismatch error'])
})

it('tells wrong flags by field, and checks the rest all the same', async () => {
  const { made, type } = session()
  await made.open('train', root)
  const report = await type({ data: 'data/mine.yaml', epochs: '0', more: '--epoch 3 --nonsense' })
  expect(said(report, 'epochs')).toEqual(['form/value error'])
  expect(said(report, 'more')).toEqual(['flags/unknown error'])
})

it('starts just what has no error, and remembers it', async () => {
  const { made } = session()
  await made.open('train', root)
  const { state } = made
  if (!state) throw new Error('no form')
  const without = { ...state, values: { ...state.values, data: '' } }
  expect(await made.order(0, without)).toBeUndefined()
  const values = {
    ...state.values,
    data: 'data/mine.yaml',
    cfg: 'models/yolov5n.yaml',
    epochs: '3',
  }
  const order = await made.order(0, { ...state, values })
  expect(order?.words.slice(0, 3)).toEqual(['train', '--data', 'data/mine.yaml'])
  // No Python is ready, which the command line shall say by itself.
  expect(order?.words.slice(-3)).toEqual(['--engine', 'builtin', '--queue'])
  await made.open('train', root)
  expect(made.state?.values.epochs).toBe('3')
  await made.open('sparse', root)
  expect(made.state?.values.data).toBe('data/mine.yaml')
})

it('works without YOLOv5, with the built-in engine', async () => {
  const { made, type } = session(missing, false)
  await made.open('train', join(root, 'set'))
  const report = await type({ data: '../data/mine.yaml', weights: '../shapes.pt' })
  expect(report?.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(report?.command).toContain('--engine builtin')
})
