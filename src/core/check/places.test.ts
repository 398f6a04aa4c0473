import { writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { NEW_STYLE, OLD_STYLE, plant } from '../yolov5/testTrees'
import { checkText } from './checkFile'
import { checkFolder } from './checkFolder'
import type { Clone } from './clone'
import { diskFiles } from './files'
import { checkPlaces, type Places } from './placeCheck'
import { pairingOf, usedWith } from './project'
import { at, codes, checkpointFacts as facts, plantedClone } from './testing'
import type { CheckpointFacts } from './weightsCheck'

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
