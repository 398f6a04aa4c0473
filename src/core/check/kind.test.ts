import { beforeAll, describe, expect, it } from 'vitest'
import { NEW_STYLE } from '../yolov5/testTrees'
import type { Clone } from './clone'
import { fileKind } from './kind'
import { at, plantedClone } from './testing'

let clone: Clone
beforeAll(async () => {
  clone = await plantedClone(NEW_STYLE)
})

const kindOf = (path: string, text: string) => fileKind(clone, at(clone, path), text)

describe('what a yaml is for', () => {
  it.each([
    [
      'args.yaml',
      'task: detect\nmodel: yolov8n.pt\ndata: coco.yaml\nepochs: 9\nlr0: 0.01\nlrf: 0.01\nmomentum: 0.9\nmosaic: 1.0\nbox: 7.5\n',
    ],
    ['reid.yaml', 'lr: 0.1\nmomentum: 0.9\nweight_decay: 0.0005\n'],
    ['params.yaml', 'train: {epochs: 3}\nval: {batch: 8}\n'],
    ['params.yaml', 'train:\n  epochs: 3\nval:\n  batch: 8\nnames: [a]\n'],
    ['split.yaml', 'train: 0.8\nval: 0.2\n'],
    ['tasks.yaml', 'train: true\nval: false\n'],
    ['app.yaml', 'names: [a, b]\nnc: 2\nport: 80\n'],
    [
      'kept/opt.yaml',
      'model: yolov5s-cls.pt\ndata: imagenette\nepochs: 10\nlr0: 0.001\nlabel_smoothing: 0.1\nmomentum: 0.9\n',
    ],
    ['segmentor.yaml', 'backbone: {name: resnet}\nhead: {name: fpn}\n'],
    ['data/args.yaml', 'model: yolov8n.pt\ndata: coco.yaml\nepochs: 9\n'],
    ['data/labels.yaml', 'cat: 0\n'],
    ['models/serving.yaml', 'port: 80\n'],
    ['hyperopt.yaml', 'trials: 9\n'],
    ['conf/data.yaml', 'path: s3://sets/x\nversion: 3\n'],
    ['conf/data.yaml', 'train: {batch: 3}\nval: {batch: 8}\n'],
    ['conf/data.yaml', ''],
    ['data.yaml', '# to come\n'],
    ['conf/hyp_search.yaml', 'scale: log\nsampler: tpe\ntrials: 9\n'],
    ['conf/hyp_search.yaml', 'model: a.pt\ndata: b.yaml\nepochs: 9\nlr0: 0.01\n'],
    ['conf/hyp.yaml', ''],
    ['app.yaml', 'nc: ncat\nnames: [a, b]\n'],
    ['app.yaml', 'nc: 2\nnames: {first: a, last: b}\n'],
    ['app.yaml', 'nc: 2\nnames: [a, b]\ntraining: {epochs: 3}\n'],
    ['app.yaml', 'nc: 2\nnames: [a, b]\ntraining: true\nport: 80\n'],
    ['app.yaml', 'nc: 2\nnames: [{id: 1}]\n'],
  ])('%s of another tool', (path, text) => expect(kindOf(path, text)).toBeUndefined())

  it.each([
    ['hyp.mine.yaml', 'momentum: 0.9\n', 'hyp'],
    ['data/hyps/hyp.mine.yaml', '', 'hyp'],
    ['mine.yaml', 'lrf: 0.01\nbox: 0.05\nmosaic: 1.0\n', 'hyp'],
    ['mine.yaml', 'val: b\nnc: 1\nnames: [x]\n', 'data'],
    ['mine.yaml', 'train:\n  - a\n  - b\nval: c\n', 'data'],
    ['mine.yaml', 'train:\nval:\nnames: [x]\n', 'data'],
    ['mine.yaml', 'train: [a\nval: b\nnames: [x]\n', 'data'],
    ['sets/data.yaml', 'nc: 1\nnames: [x]\n', 'data'],
    ['sets/data.yaml', '{nc: 1, train: x}\n', 'data'],
    ['sets/data.yaml', 'nc: [1\n', 'data'],
    ['conf/hyp_mine.yaml', 'mosiac: 1.0\nmixup: 0.1\nepochs: 100\n', 'hyp'],
    ['data/hyps/hyp.mine.yaml', 'mosiac: 1.0\nmixup: 0.1\nepochs: 100\n', 'hyp'],
    ['data/hyps/hyp.mine.yaml', 'mosiac: 1.0\ndata: x.yaml\nscale: 0.5\nepochs: 100\n', 'hyp'],
    ['mine.yaml', 'lrf: 0.01\nbox: 0.05\nmosaic: 1.0\nepochs: 100\n', 'hyp'],
    ['y/mine.yaml', 'training: a\nvalidation: b\nnc: 2\nnames: [a]\n', 'data'],
    ['y/mine.yaml', 'training: a\nauthor: b\nnc: 2\nnames: [a]\n', 'data'],
    ['y/mine.yaml', 'trains: a\nvals: b\nnc: 2\nnames: {0: a, 1: b}\n', 'data'],
    ['y/mine.yaml', 'nc: 2\nnames: [a, b]\n', 'data'],
    ['y/mine.yaml', 'training: a\nnc: 2\nnames: [a\n', 'data'],
    [
      'y/mine.yaml',
      'path: x\ntrain: a\nval: b\nnames: [a, b]\nweights: [1.0, 2.0]\nbatch_size: 16\nimgsz: 640\n',
      'data',
    ],
    ['opt.yaml', 'weights: x.pt\ncfg: ""\ndata: x.yaml\nbatch_size: 3\nname: exp\n', 'options'],
    ['data/mine.yaml', 'nc: 1\nnames: [x]\n', 'data'],
    ['data/mine.yaml', 'nc: [1\n', 'data'],
    ['models/mine.yaml', 'nc: 1\n', 'model'],
    ['mine.yaml', 'head:\n  - [-1, 1, Conv, [8]]\n', 'model'],
    ['opt.yaml', 'weights: x.pt\nepochs: 3\nlr0: 0.1\nlrf: 0.1\nmosaic: 1.0\n', 'options'],
  ])('%s: %j', (path, text, kind) => expect(kindOf(path, text)).toBe(kind))
})
