import { writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { NEW_STYLE, OLD_STYLE } from '../yolov5/testTrees'
import { checkText } from './checkFile'
import type { Clone } from './clone'
import { diskFiles } from './files'
import { checkPlaces, type Places } from './placeCheck'
import { at, codes, checkpointFacts as facts, plantedClone } from './testing'
import { type CheckpointFacts, checkWeights, weightsUse } from './weightsCheck'

let v5: Clone
let v7: Clone
let known: Record<string, CheckpointFacts> = {}

const places: Places = {
  files: diskFiles,
  inspect: async (path) => Object.entries(known).find(([name]) => path.endsWith(name))?.[1],
}

beforeAll(async () => {
  v5 = await plantedClone(OLD_STYLE)
  v7 = await plantedClone({
    ...NEW_STYLE,
    'w.pt': '',
    'weights/x.pt': '',
    'prune.py': '#',
    'val.py': `${NEW_STYLE['val.py']}    parser.add_argument('--weights', nargs='+')
    parser.add_argument('--data')
    parser.add_argument('--single-cls', action='store_true')
`,
  })
})

const look = async (text: string, name: string) => {
  const report = checkText(text, at(v7, name), v7)
  return checkPlaces(text, at(v7, name), v7, report, places)
}

describe('weights', () => {
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } }
  const of = (
    change: Partial<CheckpointFacts>,
    use: Parameters<typeof checkWeights>[4],
    nc?: number,
  ) => codes(checkWeights({ ...facts, ...change }, 'w.pt', range, v7, use, nc))

  it('fit', () => {
    for (const use of ['train', 'sparse', 'prune', 'evaluate', 'other'] as const)
      expect(of({}, use, 2)).toEqual([])
    expect(of({ release: 'unknown' }, 'train')).toEqual([])
  })

  it('need classes that the clone has', () => {
    const needs = { globals: ['models.common.Novel'], release: 'v6.2 or v7.0' }
    expect(of(needs, 'other')).toEqual(['weights/release error'])
    const [finding] = checkWeights({ ...facts, ...needs }, 'w.pt', range, v5, 'train')
    expect(finding?.fixes).toMatchObject([{ kind: 'switch', release: 'v6.2' }])
    expect(finding?.message).toContain('Novel')
  })

  it('are of a release that this one loads', () => {
    expect(codes(checkWeights(facts, 'w.pt', range, v5, 'train'))).toEqual([
      'weights/release error',
    ])
    expect(codes(checkWeights({ ...facts, release: 'v5.0' }, 'w', range, v5, 'train'))).toEqual([])
  })

  it('have BatchNorm where it is needed', () => {
    const fused = { obstacle: { code: 'checkpoint/fused' } }
    expect(of(fused, 'prune')).toEqual(['weights/fused error'])
    expect(of(fused, 'sparse')).toEqual(['weights/fused error'])
    expect(of(fused, 'train')).toEqual(['weights/fused warning'])
    expect(of(fused, 'evaluate')).toEqual([])
  })

  it('have the classes of the data that they are evaluated on', () => {
    expect(of({}, 'evaluate', 3)).toEqual(['weights/classes error'])
    expect(of({}, 'prune', 3)).toEqual(['weights/classes warning'])
    expect(of({}, 'train', 3)).toEqual([])
    expect(of({}, 'sparse', 3)).toEqual([])
    expect(of({ names: [] }, 'evaluate', 3)).toEqual([])
  })

  it('import nothing strange', () => {
    expect(of({ unsafeGlobals: ['os.system'] }, 'other')).toEqual(['weights/unsafe warning'])
  })

  it('are all looked at where a flag takes several, and is abbreviated', async () => {
    known = {
      'w.pt': { ...facts, unsafeGlobals: ['os.system'] },
      'x.pt': { ...facts, unsafeGlobals: ['os.popen'] },
    }
    const of = async (line: string) =>
      (await look(`python ${line} --data x\n`, 'a.sh')).map(({ range }) => range.start.character)
    expect(await of('val.py --weights w.pt weights/x.pt')).toEqual([24, 29])
    expect(await of('val.py --weights weights/x.pt $W w.pt')).toEqual([24, 40])
    expect(await of('val.py --weight w.pt')).toEqual([23])
    expect(await of('val.py --weight=w.pt')).toEqual([23])
    // Which takes one.
    expect(await of('train.py --weights w.pt weights/x.pt')).toEqual([26])
    expect(await of('tools/mine.py --weights w.pt weights/x.pt')).toEqual([31])
  })

  it('are found in command lines and options', async () => {
    known = { 'w.pt': { ...facts, obstacle: { code: 'checkpoint/fused' } } }
    writeFileSync(at(v7, 'data/three.yaml'), 'train: a\nval: b\nnames: [a, b, c]\n')
    expect(codes(await look('python prune.py --weights w.pt\n', 'a.sh'))).toEqual([
      'weights/fused error',
    ])
    expect(codes(await look('python val.py --weights w.pt --data three.yaml\n', 'a.sh'))).toEqual([
      'weights/classes error',
    ])
    for (const flag of ['--single-cls', '--single']) {
      const line = `python val.py --weights w.pt --data three.yaml ${flag}\n`
      expect(await look(line, 'a.sh')).toEqual([])
    }
    expect(codes(await look('weights: w.pt\nepochs: 3\n', 'opt.yaml'))).toEqual([
      'weights/fused warning',
    ])
    expect(await look('python train.py --weights $W --data x\n', 'a.sh')).toEqual([])
    expect(await look('python train.py --weights none.pt\n', 'a.sh')).toEqual([])
    expect(weightsUse('train_sparity.py')).toBe('sparse')
    expect(weightsUse('finetune_pruned.py')).toBe('prune')
  })
})
