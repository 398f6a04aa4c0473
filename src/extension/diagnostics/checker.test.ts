import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { newSession } from '../../core/check/session'
import { detectCheckout } from '../../core/yolov5/detect'
import type { Detection } from '../../core/yolov5/release'
import { NEW_STYLE, plant } from '../../core/yolov5/testTrees'
import { Checker, factsOf } from './checker'

const inspection = {
  release: 'v6.0',
  modelClass: 'models.yolo.Model',
  names: ['a', 'b'],
  globals: ['models.yolo.Model'],
  unsafeGlobals: [],
  obstacle: null,
  gammas: [],
}

let detection: Detection
let asked = 0
let checker: Checker
const at = (path: string) => join(detection.root, path)

beforeAll(async () => {
  const found = await detectCheckout(plant({ ...NEW_STYLE, 'weights/a.pt': 'x' }))
  if (found === undefined) throw new Error('nothing detected')
  detection = found
  checker = new Checker({
    detections: () => [detection],
    inspect: async () => {
      asked++
      return inspection
    },
    commandLines: () => [['train', '--cfg', 'models/mine.yaml', '--data', 'data/mine.yaml']],
    torch: () => '2.6.0',
  })
})

describe('Checker', () => {
  it('knows which files are worth a look', () => {
    expect(checker.cloneOf(at('data/x.yaml'))?.detection).toBe(detection)
    expect(checker.cloneOf(at('runs/train/exp/opt.yaml'))).toBeUndefined()
    expect(checker.cloneOf(at('.git/x.py'))).toBeUndefined()
    expect(checker.cloneOf(at('venv/lib/x.py'))).toBeUndefined()
    expect(checker.cloneOf('/elsewhere/x.py')).toBeUndefined()
    expect(checker.cloneOf(at('a.py'))).toBe(checker.cloneOf(at('b.py')))
  })

  it('tells what the text says, with the torch that is there', () => {
    const clone = checker.cloneOf(at('a.py'))
    if (clone === undefined) throw new Error('no clone')
    const { findings } = checker.text('import torch\ntorch.load(x)\n', at('a.py'), clone)
    expect(findings.map(({ severity }) => severity)).toEqual(['warning'])
  })

  it('reads a checkpoint once, until it changes', async () => {
    const clone = checker.cloneOf(at('a.sh'))
    if (clone === undefined) throw new Error('no clone')
    const look = async (text: string) => {
      const report = checker.text(text, at('a.sh'), clone)
      const found = await checker.beyond(text, at('a.sh'), clone, report)
      return found.map(({ code }) => code)
    }
    // The tree's models/yolo.py has no class Model.
    expect(await look('python train.py --weights weights/a.pt\n')).toEqual(['weights/release'])
    expect(await look('python train.py --weights weights/a.pt \n')).toEqual(['weights/release'])
    expect(asked).toBe(1)
    writeFileSync(at('weights/a.pt'), 'longer')
    expect(await look('python train.py --weights=weights/a.pt\n')).toEqual(['weights/release'])
    expect(asked).toBe(2)
    expect(await look('python train.py --weights weights/none.pt\n')).toEqual([])
  })

  it('follows notebooks from cell to cell', () => {
    const clone = checker.cloneOf(at('a.ipynb'))
    if (clone === undefined) throw new Error('no clone')
    const session = newSession('a.ipynb')
    checker.cell('%cd /content', at('a.ipynb'), clone, session)
    const away = checker.cell('!python test.py', at('a.ipynb'), clone, session)
    expect(away.findings).toEqual([])
    const here = checker.cell('!python test.py', at('a.ipynb'), clone, newSession('a.ipynb'))
    expect(here.findings.map(({ code }) => code)).toEqual(['command/script'])
  })

  it('checks a whole folder, with what editors have', async () => {
    const found = checker.folder(detection, {
      edited: (path) => (path === at('train.py') ? 'from utils.datasets import x\n' : undefined),
      isCancelled: () => false,
      onFile: () => undefined,
    })
    const paths: string[] = []
    for await (const { path } of found) paths.push(path)
    expect(paths).toContain(at('train.py'))
  })
})

it('takes only what inspect prints', () => {
  expect(factsOf(inspection)).toMatchObject({ release: 'v6.0', obstacle: null })
  expect(
    factsOf({ ...inspection, obstacle: { code: 'checkpoint/fused', text: '' } })?.obstacle,
  ).toEqual({ code: 'checkpoint/fused' })
  for (const value of [
    undefined,
    3,
    {},
    { ...inspection, names: 'a' },
    { ...inspection, globals: [1] },
  ]) {
    expect(factsOf(value)).toBeUndefined()
  }
})
