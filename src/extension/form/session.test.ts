import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SlimError } from '../../core/errors'
import { detectCheckout } from '../../core/yolov5/detect'
import { withoutCheckout } from '../../engines/builtin/stage/detection'
import type { ToPage } from '../webview/contract'
import type { FormContract } from './contract'
import { FormMemory } from './memory'
import type { Readiness } from './readiness'
import { FormSession, type FormSources } from './session'

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

function session(
  readiness: Readiness = missing,
  hasCheckout = true,
  other: Partial<FormSources> = {},
) {
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
      ...other,
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

it('takes what is typed along to another stage, where it has a field for it', async () => {
  const { made } = session()
  await made.open('train', root)
  const { state } = made
  if (!state) throw new Error('no form')
  const values = { ...state.values, data: 'data/mine.yaml', batch: '8', epochs: '7', name: 'mine' }
  await made.change('stage', { ...state, stage: 'val', values })
  expect(made.state).toMatchObject({
    stage: 'val',
    values: { data: 'data/mine.yaml', batch: '8', imgsz: '640', name: 'val' },
  })
  expect(made.state?.values.epochs).toBeUndefined()
})

it('shows what was asked for last, however long the rest takes', async () => {
  const waiting: (() => void)[] = []
  let slow = true
  const runs = () =>
    slow ? new Promise<[]>((resolve) => waiting.push(() => resolve([]))) : Promise.resolve([])
  const { made, sent } = session(missing, true, { runs })
  const first = made.open('train', root)
  slow = false
  await made.open('sparse', root)
  for (const answer of waiting) answer()
  await first
  expect(made.state?.stage).toBe('sparse')
  expect(sent.flatMap((one) => (one.type === 'form' ? [one.state.stage] : []))).toEqual(['sparse'])
})

it('ignores what is still typed into a form that is shown no more', async () => {
  const { made, sent } = session()
  await made.open('train', root)
  const before = made.state
  await made.open('sparse', root)
  const { length } = sent
  if (before) await made.report(3, before)
  expect(made.state?.stage).toBe('sparse')
  expect(sent.length).toBe(length)
})

it('looks at Python again without losing what is typed meanwhile', async () => {
  let readiness: Readiness = missing
  const { made, last } = session(missing, true, { readiness: async () => readiness })
  await made.open('train', root)
  expect(last()?.command).toContain('--engine builtin')
  readiness = ready
  const refreshed = made.refresh()
  const { state } = made
  if (state) made.edit({ ...state, values: { ...state.values, epochs: '7' } })
  await refreshed
  expect(last()?.command).toMatch(/--epochs 7 .*--python \/v\/python/)
})

it('follows the setting of the engine where the form had it', async () => {
  let engine: 'auto' | 'builtin' = 'auto'
  const { made } = session(ready, true, { settings: () => ({ engine, queue: true }) })
  await made.open('train', root)
  engine = 'builtin'
  await made.refresh()
  expect(made.state?.values.engine).toBe('builtin')
})

it('goes on from a run that lies elsewhere, and still does after a reload', async () => {
  const runDir = join(root, '..', `${basename(root)}-runs`, 'far')
  mkdirSync(join(runDir, 'slim'), { recursive: true })
  const weights = join(runDir, 'weights', 'best.pt')
  const manifest = {
    ...{ v: 1, id: 'far', stage: 'train', engine: 'builtin', createdAt: 1, cwd: root },
    ...{ commandLine: ['train', '--imgsz', '96'], provenance: { slimVersion: '0', sha256: {} } },
  }
  const written = { v: 1, t: 1, type: 'checkpoint', path: weights, kind: 'best', bytes: 1 }
  writeFileSync(join(runDir, 'slim', 'run.json'), JSON.stringify(manifest))
  writeFileSync(join(runDir, 'slim', 'events.jsonl'), `${JSON.stringify(written)}\n`)
  const { made, sent } = session()
  await made.open('sparse', root, { runDir })
  const { state } = made
  expect(state).toMatchObject({ parent: runDir, values: { weights, imgsz: '96' } })
  if (state) await made.restore(state)
  const form = sent.findLast((message) => message.type === 'form')
  expect(form?.type === 'form' && form.parents).toEqual([
    { value: '', label: 'none' },
    { value: runDir, label: 'far (Baseline)' },
  ])
  rmSync(join(runDir, '..'), { recursive: true })
})

it('sees a data set that was mended meanwhile, under the number that the page knows', async () => {
  const { made, last, type } = session()
  await made.open('train', root)
  writeFileSync(
    join(root, 'data/short.yaml'),
    `train: set/images/train\nval: set/images/val\nnc: 1\nnames: [a]\n`,
  )
  expect(said(await type({ data: 'data/short.yaml' }), 'data')).toContain('data/class-range error')
  writeFileSync(
    join(root, 'data/short.yaml'),
    `train: set/images/train\nval: set/images/val\nnc: 2\nnames: [a, b]\n`,
  )
  expect(said(await type({}), 'data')).toEqual(['data/facts information'])
  for (let i = 0; i < 40; i++) rmSync(join(root, 'set/labels/train', `${i}.txt`))
  await made.recheck()
  expect(last()?.number).toBe(1)
  expect(said(last(), 'data')).not.toEqual(['data/facts information'])
  for (let i = 0; i < 40; i++) {
    writeFileSync(join(root, 'set/labels/train', `${i}.txt`), `${i % 2} 0.5 0.5 0.2 0.2\n`)
  }
})
