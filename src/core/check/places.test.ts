import { writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { NEW_STYLE, OLD_STYLE, plant } from '../yolov5/testTrees'
import { checkText } from './checkFile'
import { checkFolder } from './checkFolder'
import type { Clone } from './clone'
import { checkData } from './dataCheck'
import { convertNames } from './dataNames'
import { diskFiles } from './files'
import { checkPlaces, type Places } from './placeCheck'
import { pairingOf, usedWith } from './project'
import { applied, at, codes, fixed, plantedClone } from './testing'
import { type CheckpointFacts, checkWeights, weightsUse } from './weightsCheck'

const images = {
  'set/images/train/a.jpg': '',
  'set/images/train/b.png': '',
  'set/labels/train/a.txt': '0 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.1 0.1\n',
  'set/labels/train/b.txt': '\n',
  'set/images/val/c.jpg': '',
  'set/labels/val/c.txt': '2 0.5 0.5 0.1 0.1\n',
  'bare/images/d.jpg': '',
  'odd/images/e.jpg': '',
  'odd/labels/e.txt': 'cat 1 2 3 4\n',
  'empty/images/readme.md': '',
  'data/sub/train/images/f.jpg': '',
  'cats-1/train/images/g.jpg': '',
  'cats-1/valid/images/h.jpg': '',
}

const facts: CheckpointFacts = {
  release: 'v6.0',
  modelClass: 'models.yolo.Model',
  names: ['a', 'b'],
  globals: ['models.common.Conv', 'torch.nn.modules.conv.Conv2d'],
  unsafeGlobals: [],
  obstacle: null,
}

const reader = 'def verify(lb):\n    assert lb.shape[1] == 5\n'

let v5: Clone
let v7: Clone
let known: Record<string, CheckpointFacts> = {}

const places: Places = {
  files: diskFiles,
  inspect: async (path) => Object.entries(known).find(([name]) => path.endsWith(name))?.[1],
}

beforeAll(async () => {
  v5 = await plantedClone({ ...OLD_STYLE, ...images, 'utils/datasets.py': reader })
  v7 = await plantedClone({
    ...NEW_STYLE,
    ...images,
    'utils/dataloaders.py': reader,
    'w.pt': '',
    'weights/x.pt': '',
    'prune.py': '#',
  })
})

const look = async (text: string, name = 'data/mine.yaml', clone = v7) => {
  const report = checkText(text, at(clone, name), clone)
  return checkPlaces(text, at(clone, name), clone, report, places)
}
const data = (train: string, more = '') =>
  `train: ${train}\nval: set/images/train\nnames: [x, y]\n${more}`

describe('folders of a data.yaml', () => {
  it('finds nothing where all is there', async () => {
    expect(await look(data('set/images/train'))).toEqual([])
    expect(await look(data('[set/images/train]', 'download: x\n'))).toEqual([])
    expect(await look(data('https://x.y/z.zip'))).toEqual([])
  })

  it.each([
    ['set/images/val', 'class-range error'],
    ['bare/images', 'unlabelled-images warning'],
    ['odd/images', 'label-row warning'],
    ['empty/images', 'no-images warning'],
    ['gone', 'missing-folder warning'],
  ])('%s: %s', async (folder, what) => {
    const [finding, ...more] = await look(data(folder))
    expect(codes(finding === undefined ? [] : [finding])).toEqual([`data-yaml/${what}`])
    expect(finding?.range.start).toEqual({ line: 0, character: 7 })
    expect(more).toEqual([])
  })

  it('names the label and its file', async () => {
    const [finding] = await look(data('set/images/val'))
    expect(finding?.message).toContain('c.txt')
    expect(finding?.message).toContain('class 2')
  })

  it('only notes what will be fetched, and nothing of what YOLOv5 ships', async () => {
    const text = data('gone', 'download: https://x.y/z.zip\n')
    expect(codes(await look(text))).toEqual(['data-yaml/missing-folder information'])
    expect(await look(text, 'data/coco128.yaml')).toEqual([])
  })

  it('writes the path of what lies beside the yaml', async () => {
    const [finding] = await look(data('train/images'), 'data/sub/data.yaml')
    expect(finding?.suggestion).toBe('data/sub/train/images')
    const [fix] = finding?.fixes ?? []
    expect(fix?.kind === 'edit' && fix.edits.map(({ text }) => text)).toEqual([
      'data/sub/train/images',
    ])
  })

  it('shows the entry of a list that an alias stands for', async () => {
    const text = 'val: &v\n  - set/images/train\n  - gone\ntrain: *v\nnames: [x, y]\n'
    const lines = (await look(text)).map(({ range }) => range.start.line)
    expect(new Set(lines)).toEqual(new Set([2]))
  })

  it('drops a leading ../ that leads nowhere, but not in a list', async () => {
    expect(await look(data('../set/images/train'))).toEqual([])
    expect(codes(await look(data('[../set/images/train]')))).toEqual([
      'data-yaml/missing-folder warning',
    ])
  })

  it('knows Roboflow’s ../ for folders beside the yaml', async () => {
    const text = 'train: ../train/images\nval: ../valid/images\ntest: ../test/images\n'
    for (const clone of [v5, v7]) {
      const found = await look(`${text}nc: 2\nnames: [x, y]\n`, 'cats-1/data.yaml', clone)
      expect(codes(found)).toEqual([
        'data-yaml/missing-folder warning',
        'data-yaml/missing-folder warning',
        'data-yaml/missing-folder information',
      ])
      const written = ['cats-1/train/images', 'cats-1/valid/images', undefined]
      expect(found.map(({ suggestion }) => suggestion)).toEqual(written)
    }
  })

  it('leaves the labels of forks to them', async () => {
    const fork = await plantedClone({
      ...NEW_STYLE,
      ...images,
      'train.py': `${NEW_STYLE['train.py']}`.replace('utils.dataloaders', 'utils.face_loaders'),
      'utils/dataloaders.py': reader,
      'utils/face_loaders.py': reader.replace('5', '15'),
    })
    expect(await look(data('odd/images'), 'data/mine.yaml', fork)).toEqual([])
    expect(codes(await look(data('set/images/val'), 'data/mine.yaml', fork))).toEqual([
      'data-yaml/class-range error',
    ])
  })

  it('does not guess the folder that v5.0 runs in', async () => {
    const text = 'train: train/images\nval: set/images/train\nnc: 2\nnames: [x, y]\n'
    expect(await look(text, 'data/sub/data.yaml', v5)).toEqual([])
  })
})

describe('fixes of a data.yaml', () => {
  const check = (text: string, clone: Clone) => checkData(text, at(clone, 'data/mine.yaml'), clone)

  it('converts names each way', () => {
    const dict = "train: a\nval: b\nnc: 3\nnames:\n  0: cat\n  1: 'no'\n  2: 'a: b'\ndownload: x\n"
    const list = "train: a\nval: b\nnc: 3\nnames: [cat, 'no', 'a: b']\ndownload: x\n"
    const [finding] = check(dict, v5)
    expect(finding?.code).toBe('data-yaml/dict-names')
    expect(fixed(dict, finding)).toBe(list)
    const back = convertNames(list, 'dict')
    expect(back?.kind === 'edit' && applied(list, back.edits)).toBe(dict)
    expect(convertNames(list, 'list')).toBeUndefined()
    expect(convertNames('names:\n  1: a\n', 'list')).toBeUndefined()
    const last = 'names:\n  0: cat\n'
    const fix = convertNames(last, 'list')
    expect(fix?.kind === 'edit' && applied(last, fix.edits)).toBe('names: [cat]\n')
  })

  it('writes class names as they are written', () => {
    const listed = (names: string) => {
      const text = `train: a\nval: b\nnc: 4\nnames:${names}\nother: &n 1\n`
      const fix = convertNames(text, 'list')
      if (fix?.kind !== 'edit') return undefined
      const line = applied(text, fix.edits).split('\n').slice(3, -2).join('|')
      return `${line}${fix.safe ? '' : ' unsafe'}`
    }
    expect(listed(' {0: yes, 1: no, 2: 1.0, 3: 0x1F}')).toBe("names: ['yes', 'no', '1.0', '0x1F']")
    expect(listed("\n  0: ~\n  1: null\n  2: 'it''s'")).toBe("names: ['~', 'null', 'it''s']")
    expect(listed(' {1: b, 0: &x a}')).toBeUndefined()
    expect(listed(' {1: b, 0: a}')).toBe('names: [a, b]')
    expect(listed('\n  0:\n  1: b')).toBeUndefined()
    expect(listed('\n  0: [a]\n  1: b')).toBeUndefined()
    expect(listed('\n  0: a  # the first\n  1: b')).toBe('names: [a, b] unsafe')
    expect(listed('  # classes\n  0: a')).toBe('names: [a] unsafe')
    expect(listed("\n  0: 'a#b'\n\n# After")).toBe("names: ['a#b']||# After")
  })

  it('writes numbered names only where a block may stand', () => {
    expect(convertNames('{train: a, val: b, names: [x]}\n', 'dict')).toBeUndefined()
    const inner = '  train: a\n  names: [x, no]\n'
    const fix = convertNames(inner, 'dict')
    expect(fix?.kind === 'edit' && applied(inner, fix.edits)).toBe(
      "  train: a\n  names:\n    0: x\n    1: 'no'\n",
    )
  })

  it('takes out a path with all its lines, and writes what a yaml can hold', () => {
    const of = (text: string) => {
      const finding = check(text, v5).find(({ code }) => code === 'data-yaml/path-ignored')
      return finding?.fixes?.[0]?.kind === 'edit' ? fixed(text, finding) : undefined
    }
    const rest = 'nc: 1\nnames: [x]\n'
    for (const path of ['>-\n  ../set', '\n  ../set', '../set  # root', '"../set"\n', "'../set'"]) {
      const moved = `train: ../set/a\nval: [../set/b]\n${rest}`
      expect(of(`path: ${path}\ntrain: a\nval: [b]\n${rest}`)?.trimStart()).toBe(moved)
    }
    expect(of(`path: 'a, b'\ntrain: [c]\nval: "d #"\n${rest}`)).toBe(
      `train: ['a, b/c']\nval: 'a, b/d #'\n${rest}`,
    )
    expect(of(`path: ..\\set\\\ntrain: \\\\server\\a\nval: D:\\b\n${rest}`)).toBe(
      `train: \\\\server\\a\nval: D:\\b\n${rest}`,
    )
    expect(of(`path: x\ntrain: &t a\nval: *t\n${rest}`)).toBeUndefined()
    expect(of(`<<: {path: x}\ntrain: a\nval: b\n${rest}`)).toBeUndefined()
  })

  it('writes path into the folders', () => {
    const text = 'path: ../set/\ntrain: [a, /b]\nval: c\nnc: 1\nnames: [x]\n'
    const finding = check(text, v5).find(({ code }) => code === 'data-yaml/path-ignored')
    expect(fixed(text, finding)).toBe('train: [../set/a, /b]\nval: ../set/c\nnc: 1\nnames: [x]\n')
  })

  it('quotes names, counts them, and takes suggestions', () => {
    const of = (text: string, clone: Clone) => fixed(text, check(text, clone)[0])
    expect(of('train: a\nval: b\nnames: [cat, no]\n', v7)).toContain("[cat, 'no']")
    expect(of('train: a\nval: b\nnames: [cat]\n', v5)).toBe(
      'train: a\nval: b\nnc: 1\nnames: [cat]\n',
    )
    expect(of('train: a\nval: b\nnc: 2\nnames: [cat]\n', v7)).toContain('nc: 1\n')
  })

  it('applies unasked only what is certain', () => {
    const safe = (text: string, clone: Clone) =>
      check(text, clone).flatMap(({ fixes = [] }) =>
        fixes.map((fix) => fix.kind === 'edit' && (fix.safe ?? false)),
      )
    const counts = 'train: a\nval: b\nnc: 80\nnames: [cat]\n'
    expect([safe(counts, v5), safe(counts, v7)]).toEqual([[false], [true]])
    expect(safe('train: a\nval: b\nlabels: x\nnc: 1\n', v5)).toContain(false)
    // One `nc` is enough.
    expect(safe('train: a\nval: b\nnum_classes: 1\nnames: [cat]\n', v5)).toEqual([false])
  })

  it('knows the backslashes of Windows', () => {
    const text = 'train: "C:\\new\\train"\nval: \'C:\\new\\val\'\nnames: [x]\n'
    const [finding, ...more] = check(text, v7)
    expect([codes(finding === undefined ? [] : [finding]), more]).toEqual([
      ['data-yaml/value warning'],
      [],
    ])
    expect(fixed(text, finding)).toBe(text.replaceAll('"', "'"))
    const [syntax] = check(text.replace('\\new', '\\data'), v7)
    expect(syntax?.message).toBe(finding?.message)
  })

  it('says what class names are not', () => {
    const text = 'train: a\nval: b\nnames:\n  - name: x\n  - 2020-01-01\n  -\n'
    const [mapping, date, none, ...more] = check(text, v7)
    expect([mapping?.message, mapping?.fixes]).toEqual([
      expect.stringContaining('a mapping'),
      undefined,
    ])
    expect(date?.message).toContain('2020-01-01:')
    expect(none?.message).toContain('null')
    expect(more).toEqual([])
  })

  it('writes nc where that is missing, and only there', () => {
    const titles = (text: string) =>
      check(text, v5)
        .filter(({ code }) => code === 'data-yaml/missing-key')
        .map(({ fixes = [] }) => fixes.map(({ title }) => title))
    expect(titles('train: a\nnames: [cat]\n')).toEqual([[], ['Write nc: 1']])
    expect(titles('{train: a, val: b, names: [cat]}\n')).toEqual([[]])
    expect(titles('train: a\nval: b\nnames: []\n')).toEqual([[]])
    const text = 'train: a\r\nval: b\r\nnames: [cat]\r\n'
    expect(fixed(text, check(text, v5)[0])).toBe(text.replace('names', 'nc: 1\r\nnames'))
    const inner = '  train: a\n  val: b\n  names: [cat]\n'
    expect(fixed(inner, check(inner, v5)[0])).toBe(inner.replace('names', 'nc: 1\n  names'))
  })

  it('leaves the path of a flow mapping where it is', () => {
    const [finding] = check('{path: x, train: a, val: b, nc: 1, names: [y]}\n', v5)
    expect(finding?.code).toBe('data-yaml/path-ignored')
    expect(finding?.fixes?.map(({ kind }) => kind)).toEqual(['switch'])
  })

  it('says what runs a download: a shell, whatever it is, up to v5.0', () => {
    const text = 'train: a\nval: b\nnc: 1\nnames: [x]\ndownload: python get.py\n'
    expect(check(text, v5)[0]?.message).toContain('in a shell')
    expect(check(text, v7)[0]?.message).toContain('as Python')
    expect(check(text.replace('python', 'bash'), v7)[0]?.message).toContain('in a shell')
  })

  it('notes downloads that are scripts, but for YOLOv5’s own', () => {
    const text = (download: string) => `train: a\nval: b\nnames: [x]\ndownload: ${download}\n`
    expect(codes(check(text('bash get.sh'), v7))).toEqual(['data-yaml/download information'])
    expect(codes(check(text('|\n  import os'), v7))).toEqual(['data-yaml/download information'])
    expect(check(text('https://x.y/z.zip'), v7)).toEqual([])
    expect(checkData(text('bash get.sh'), at(v7, 'data/VOC.yaml'), v7)).toEqual([])
  })
})

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

  it('are found in command lines and options', async () => {
    known = { 'w.pt': { ...facts, obstacle: { code: 'checkpoint/fused' } } }
    writeFileSync(at(v7, 'data/three.yaml'), 'train: a\nval: b\nnames: [a, b, c]\n')
    expect(codes(await look('python prune.py --weights w.pt\n', 'a.sh'))).toEqual([
      'weights/fused error',
    ])
    expect(codes(await look('python val.py --weights w.pt --data three.yaml\n', 'a.sh'))).toEqual([
      'weights/classes error',
    ])
    expect(codes(await look('weights: w.pt\nepochs: 3\n', 'opt.yaml'))).toEqual([
      'weights/fused warning',
    ])
    expect(await look('python train.py --weights $W --data x\n', 'a.sh')).toEqual([])
    expect(await look('python train.py --weights none.pt\n', 'a.sh')).toEqual([])
    expect(weightsUse('train_sparity.py')).toBe('sparse')
    expect(weightsUse('finetune_pruned.py')).toBe('prune')
  })
})

describe('the data of a model', () => {
  it('is that of a command line, else the only one of the user', async () => {
    const clone = await plantedClone({
      ...NEW_STYLE,
      'data/mine.yaml': 'train: a\nval: b\nnames: [a, b]\n',
      'data/coco128.yaml': 'train: a\nval: b\nnames: [a]\n',
      'models/mine.yaml': '',
    })
    const of = (path: string, pairs: { cfg: string; data: string }[] = []) =>
      usedWith(clone, at(clone, path), pairs)
    expect(of('models/mine.yaml')).toEqual({ data: 'data/mine.yaml', nc: 2 })
    expect(of('models/yolov5s.yaml')).toBeUndefined()
    expect(of('models/yolov5s.yaml', [{ cfg: 'yolov5s.yaml', data: 'coco128.yaml' }])).toEqual({
      data: 'data/coco128.yaml',
      nc: 1,
    })
    writeFileSync(at(clone, 'data/other.yaml'), 'train: a\nval: b\nnames: [a]\n')
    expect(usedWith(await plantedClone(NEW_STYLE), '/x.yaml', [])).toBeUndefined()
  })

  it('is read from the words of a command line', () => {
    expect(pairingOf(['train', '--cfg', 'a', '--data=b'])).toEqual({ cfg: 'a', data: 'b' })
    expect(pairingOf(['train', '--cfg', 'a'])).toBeUndefined()
  })
})

describe('checkFolder', () => {
  it.each([
    ['run.sh', 'python train.py --cfg models/mine.yaml --data data/two.yaml\n'],
    ['run.BAT', 'python train.py --cfg models\\mine.yaml --data data\\two.yaml\r\n'],
    ['run.cmd', 'python train.py --cfg models\\mine.yaml --data data\\two.yaml\r\n'],
    ['run.ps1', 'python train.py --cfg models/mine.yaml `\n  --data data/two.yaml\n'],
    [
      'run.ipynb',
      JSON.stringify({
        cells: [
          {
            cell_type: 'code',
            source: ['!python train.py --cfg models/mine.yaml --data data/two.yaml'],
          },
        ],
        metadata: {},
      }),
    ],
  ])('pairs a model with its data by the command lines of %s', async (name, text) => {
    const clone = await plantedClone({
      ...NEW_STYLE,
      'data/one.yaml': 'train: a\nval: b\nnames: [a]\n',
      'data/two.yaml': 'train: a\nval: b\nnames: [a, b]\n',
      'models/mine.yaml': NEW_STYLE['models/yolov5s.yaml'] ?? '',
      [name]: text,
    })
    const found = []
    for await (const { path, findings } of checkFolder(clone.detection, clone.detection.root, {
      places,
    })) {
      if (path.endsWith('mine.yaml')) found.push(...findings.map(({ message }) => message))
    }
    expect(found).toEqual([expect.stringContaining('“nc” is 3, but data/two.yaml has 2 classes')])
  })

  it('passes over runs, environments and other clones, and can be stopped', async () => {
    const bad = 'python test.py\n'
    const clone = await plantedClone({
      ...NEW_STYLE,
      'a.sh': bad,
      'runs/b.sh': bad,
      '.hidden/c.sh': bad,
      'my-env/pyvenv.cfg': '',
      'my-env/d.sh': bad,
      'inner/e.sh': bad,
      'tools/f.sh': bad,
      'datasets/x/images/g.sh': bad,
      'w.pt': '',
    })
    known = { 'w.pt': { ...facts, unsafeGlobals: ['os.system'] } }
    const run = async (isCancelled = () => false) => {
      const paths: string[] = []
      const options = { places, others: [at(clone, 'inner'), clone.detection.root], isCancelled }
      const found = checkFolder(clone.detection, clone.detection.root, options)
      for await (const { path } of found) paths.push(path.slice(clone.detection.root.length + 1))
      return paths
    }
    expect(await run()).toEqual(['a.sh', 'tools/f.sh', 'w.pt'])
    expect(await run(() => true)).toEqual([])
    const one = checkFolder(clone.detection, at(clone, 'tools'), { places })
    const paths: string[] = []
    for await (const { path } of one) paths.push(path)
    expect(paths).toEqual([at(clone, 'tools/f.sh')])
  })

  it('reads the checkpoint that is named, and those of a folder that is', async () => {
    const clone = await plantedClone({ ...NEW_STYLE, 'runs/train/exp/weights/best.pt': '' })
    const outside = plant({ 'far.pth': '', 'set/data.yaml': 'train: a\nnames: [x]\n' })
    known = {
      '.pt': { ...facts, unsafeGlobals: ['os.system'] },
      '.pth': { ...facts, unsafeGlobals: ['os.system'] },
    }
    const found = async (path: string) => {
      const all: string[] = []
      for await (const report of checkFolder(clone.detection, path, { places })) {
        all.push(...report.findings.map(({ message }) => message))
      }
      return all
    }
    const best = expect.stringContaining('Loading runs/train/exp/weights/best.pt with torch')
    expect(await found(at(clone, 'runs/train/exp/weights/best.pt'))).toEqual([best])
    expect(await found(at(clone, 'runs/train'))).toEqual([best])
    expect(await found(clone.detection.root)).toEqual([])
    expect((await found(`${outside}/far.pth`))[0]).toContain(`Loading ${outside}/far.pth with`)
    expect((await found(`${outside}/set`))[0]).toContain('The key “val” is missing')
  })
})
