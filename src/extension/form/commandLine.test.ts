import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { ScriptFlag } from '../../core/yolov5/release'
import { trainFlags } from '../../engines/builtin/stage/flagTable'
import { valuesOf } from './commandLine'
import { initialValues, toArguments } from './field'
import { stageFields } from './stageFields'

const root = mkdtempSync(join(tmpdir(), 'again-'))
mkdirSync(join(root, 'inner'))
writeFileSync(join(root, 'inner', 'mine.yaml'), '')
afterAll(() => rmSync(root, { recursive: true }))

const fieldsOf = (flags: readonly ScriptFlag[]) =>
  stageFields('sparse', {
    ...{ models: [{ value: 'yolov5s.yaml' }], dataSets: [{ value: 'one.yaml' }], hyps: [] },
    ...{ checkpoints: [], newest: 'runs/train/other/weights/best.pt', flags },
    ...{ engine: 'builtin', hasCheckout: true, exists: () => true },
  })
const fields = fieldsOf(trainFlags)
const again = (args: readonly string[], flags = trainFlags, cwd = root) =>
  valuesOf({ args, cwd }, fieldsOf(flags), flags, root, ['sr'])

it('fills in what was typed, however it was spelled', () => {
  const line =
    '--st --data=d.yaml --img 320 --batch 8 --device 0 --trust-weights --cos-lr --freeze 0 1'
  expect(again([...line.split(' '), '--sr', '0.1', '--weights', ''])).toMatchObject({
    ...{ data: 'd.yaml', imgsz: '320', batch: '8', device: '0', weights: '' },
    ...{ trustWeights: 'true', cos_lr: 'true', freeze: '0 1', more: '', sr: 'auto' },
  })
})

it('takes for the rest what the command line comes to without it', () => {
  const flags = trainFlags.map((flag): ScriptFlag => {
    if (flag.dest === 'epochs') return { ...flag, default: '300' }
    return flag.dest === 'data' ? { ...flag, default: "ROOT / 'data/coco128.yaml'" } : flag
  })
  expect(again(['--weights', 'a.pt'], flags)).toMatchObject({
    ...{ data: 'data/coco128.yaml', cfg: '', epochs: '300', engine: 'auto', name: 'sparse' },
  })
  expect(again(['--cfg', 'a.yaml'])).toMatchObject({ weights: '' })
})

it('leaves to the other flags what no field holds', () => {
  const line = ['--project', 'my runs', '--cache', '--python', '/v/python', '--queue']
  expect(again(line).more).toBe('--project "my runs" --cache --python /v/python')
  const old = trainFlags.map((flag): ScriptFlag => {
    return flag.dest === 'imgsz' ? { ...flag, names: ['--img-size'], arity: 'many' } : flag
  })
  expect(again(['--img-size', '320', '320'], old)).toMatchObject({ imgsz: '320', more: '' })
  expect(again(['--img-size', '320', '640'], old).more).toBe('--img-size 320 640')
})

it('leaves everything but what is replaced to them where this release refuses it', () => {
  expect(again(['--sr', '0.1', '--data', 'a.yaml', '--bogus', '3']).more).toBe(
    '--data a.yaml --bogus 3',
  )
})

it('writes paths from where the form works', () => {
  const line = ['--data', 'mine.yaml', '--weights', 'yolov5s.pt']
  expect(again(line, trainFlags, join(root, 'inner'))).toMatchObject({
    ...{ data: 'inner/mine.yaml', weights: 'yolov5s.pt' },
  })
})

it('reads back what a form wrote', () => {
  const values = {
    ...initialValues(fields, {}, {}),
    ...{ data: 'a b.yaml', batch: '4', reg: 'l1', freeze: '3 4', more: `--project "it's"` },
  }
  const back = again(toArguments(fields, values))
  expect(toArguments(fields, back)).toEqual(toArguments(fields, values))
})
