import { beforeAll, describe, expect, it } from 'vitest'
import { edited, NEW_STYLE, OLD_STYLE } from '../yolov5/testTrees'
import type { Clone } from './clone'
import { checkModel } from './modelCheck'
import { at, codes, fixed, plantedClone } from './testing'

const PARSE = `def parse_model(d, ch):
    for i, (f, n, m, args) in enumerate(d['backbone'] + d['head']):
        if m in {
                Conv, SPP, SPPF, Focus, C3}:
            c1, c2 = ch[f], args[0]
        elif m is Concat:
            c2 = sum(ch[x] for x in f)
        elif m in {Detect, Segment}:
            args.append([ch[x] for x in f])
        else:
            c2 = ch[f]
`

const HEADS = `class Detect(nn.Module):
    def __init__(self, nc=80, anchors=(), ch=(), inplace=True):
        self.na = len(anchors[0]) // 2


class Segment(Detect):
    def __init__(self, nc=80, anchors=(), nm=32, npr=256, ch=(), inplace=True):
        super().__init__(nc, anchors, ch, inplace)
`

const MODEL = `nc: 3
depth_multiple: 0.33
width_multiple: 0.5
anchors:
  - [10,13, 16,30]
  - [30,61, 62,45]
backbone:
  [[-1, 1, Conv, [64, 6, 2, 2]],
   [-1, 1, Conv, [128, 3, 2]],
   [-1, 3, C3, [128]],
   [-1, 1, Conv, [256, 3, 2]],
   [-1, 1, SPPF, [256, 5]]]
head:
  [[-1, 1, nn.Upsample, [None, 2, 'nearest']],
   [[-1, 2], 1, Concat, [1]],
   [[6, 4], 1, Detect, [nc, anchors]]]
`

let v5: Clone
let v7: Clone

const withParse = (tree: typeof NEW_STYLE) =>
  edited(tree, (text) =>
    text.includes('def parse_model')
      ? text
          .replace(/def parse_model[\s\S]*/, PARSE)
          .replace(/class Detect\([\s\S]*?(?=class (?:Detection)?Model)/, `${HEADS}\n\n`)
      : text,
  )

beforeAll(async () => {
  const own = { 'models/yolov5s.yaml': MODEL, 'models/hub/mine.yaml': MODEL }
  v5 = await plantedClone({ ...withParse(OLD_STYLE), ...own })
  const activation = "\n    act = d.get('activation')\n"
  const tree = withParse(NEW_STYLE)
  v7 = await plantedClone({
    ...tree,
    ...own,
    'models/yolo.py': `${tree['models/yolo.py']}${activation}`,
    'models/common.py': `${tree['models/common.py']}\n\nclass SPP(nn.Module):\n    pass\n\n\nclass Focus(nn.Module):\n    pass\n`,
  })
})

const check = (text: string, clone = v7, path = 'models/custom.yaml') =>
  checkModel(text, at(clone, path), clone)

describe('checkModel', () => {
  it('finds nothing in a model that fits', () => {
    expect(check(MODEL)).toEqual([])
    expect(check(MODEL.replaceAll('\n', '\r\n'))).toEqual([])
    expect(check(MODEL.replace(/anchors:\n.*\n.*\n/, 'anchors: 3\n'))).toEqual([])
  })

  it('says which release has a module, and rewrites SPPF to the same in older words', () => {
    const [finding] = check(MODEL, v5)
    expect(finding?.code).toBe('model-yaml/unknown-module')
    expect(finding?.message).toContain('v6.0')
    expect(finding?.fixes?.map(({ kind }) => kind)).toEqual(['edit', 'switch', 'stock'])
    const text = fixed(MODEL, finding)
    expect(text).toContain('[-1, 1, SPP, [256, [5, 9, 13]]]')
    expect(check(text, v5)).toEqual([])
  })

  it('corrects a typo', () => {
    const text = MODEL.replace('C3, [128]', 'C33, [128]')
    expect(fixed(text, check(text)[0])).toBe(MODEL)
  })

  it('takes activation away where it is not read', () => {
    const text = MODEL.replace('backbone:', 'activation: nn.ReLU()\nbackbone:')
    const spp = text.replace('SPPF, [256, 5]', 'SPP, [256]')
    const [finding] = check(spp, v5)
    expect(finding).toMatchObject({ code: 'model-yaml/activation-ignored', severity: 'warning' })
    expect(fixed(spp, finding)).not.toContain('activation')
    const block = spp.replace('nn.ReLU()', '>-\n  nn.ReLU()')
    expect(fixed(block, check(block, v5)[0])).toBe(fixed(spp, finding))
    expect(check(text, v7)).toEqual([])
  })

  it.each([
    ['layers of different stride', '[[-1, 2], 1, Concat', '[[-1, 4], 1, Concat', 'concat-stride'],
    ['a missing channel count', '[-1, 3, C3, [128]]', '[-1, 3, C3, []]', 'channels'],
    ['a channel count that is none', '[-1, 3, C3, [128]]', '[-1, 3, C3, [1.5]]', 'channels'],
    ['groups that do not divide', '[128, 3, 2]', '[128, 3, 2, None, 3]', 'channels'],
    ['surplus anchors', '[[6, 4], 1, Detect', '[[6], 1, Detect', 'anchor-levels'],
    ['uneven anchors', '[30,61, 62,45]', '[30,61]', 'anchors'],
    ['odd anchors', '[30,61, 62,45]', '[30,61, 62]', 'anchors'],
    [
      'a layer after Detect',
      '[nc, anchors]]]',
      '[nc, anchors]],\n   [6, 1, C3, [64]]]',
      'detect-last',
    ],
    ['a layer that is not there', '[[6, 4], 1, Detect', '[[6, 40], 1, Detect', 'from'],
    ['a Concat of one number', '[[-1, 2], 1, Concat', '[-1, 1, Concat', 'from'],
    ['a Detect of one number', '[[6, 4], 1, Detect', '[6, 1, Detect', 'from'],
    ['a list for what reads one layer', '[-1, 1, SPPF', '[[-1, 2], 1, SPPF', 'from'],
    ['a list of one as well', '[-1, 1, SPPF', '[[-1], 1, SPPF', 'from'],
    ['a Detect without anchors', '[nc, anchors]', '[nc]', 'head-arguments'],
    [
      'a Segment without masks',
      'Detect, [nc, anchors]',
      'Segment, [nc, anchors]',
      'head-arguments',
    ],
  ])('reports %s', (_name, from, to, what) => {
    expect(codes(check(MODEL.replace(from, to)))).toEqual([`model-yaml/${what} error`])
  })

  it('finds nothing in lists and numbers that are as the parser reads them', () => {
    expect(check(MODEL.replace('[[-1, 2], 1, Concat', '[[-1], 1, Concat'))).toEqual([])
    const rows = MODEL.replace('[[6, 4], 1, Detect', '[\n    [6, 4], 1, Detect')
    expect(check(rows.replace('Detect, [nc, anchors]', 'Segment, [nc, anchors, 32, 256]'))).toEqual(
      [],
    )
  })

  it('leaves modules and heads to forks that read them otherwise', async () => {
    const fork = async (from: string, to: string) => {
      const tree = edited(withParse(NEW_STYLE), (text) => text.replace(from, to))
      return plantedClone(tree)
    }
    const concat = MODEL.replace('[[-1, 2], 1, Concat', '[-1, 1, Concat')
    const single = await fork('sum(ch[x] for x in f)', 'ch[f]')
    expect(check(concat, single)).toEqual([])
    const pooled = MODEL.replace('[-1, 1, SPPF', '[[-1], 1, SPPF')
    const many = await fork('c1, c2 = ch[f], args[0]', 'c1, c2 = total(ch, f), args[0]')
    expect(check(pooled, many)).toEqual([])
    const headless = MODEL.replace('[nc, anchors]', '[nc]')
    for (const [from, to] of [
      ['nc=80, anchors=(), ch=()', 'nc=80, ch=()'],
      ['len(anchors[0]) // 2', '1'],
      ['args.append([ch[x] for x in f])', 'args = [args[0], d["anchors"], widths(f)]'],
    ] as const) {
      expect(check(headless, await fork(from, to))).toEqual([])
    }
  })

  it('knows images of other channels where the yaml is asked for them', async () => {
    const text = MODEL.replace(
      '[-1, 1, Conv, [64, 6, 2, 2]]',
      '[-1, 1, nn.Conv2d, [4, 4, 6, 2, 2]]',
    )
    const four = `ch: 4\n${text}`
    const tree = withParse(NEW_STYLE)
    const yolo = `ch = self.yaml['ch'] = self.yaml.get('ch', ch)\n${tree['models/yolo.py']}`
    const asks = await plantedClone({ ...tree, 'models/yolo.py': yolo })
    expect(codes(check(four, asks))).toEqual([])
    expect(codes(check(text, asks))).toEqual(['model-yaml/channels error'])
    expect(codes(check(four))).toEqual(['model-yaml/channels error'])
  })

  it('warns of inputs without anchors', () => {
    const text = MODEL.replace('[[6, 4], 1, Detect', '[[6, 4, 4], 1, Detect')
    expect(codes(check(text))).toEqual(['model-yaml/anchor-levels warning'])
  })

  it('knows nothing of what a module that is not known does', () => {
    const text = MODEL.replace('[-1, 1, SPPF, [256, 5]]', '[-1, 1, nn.PixelShuffle, [2]]').replace(
      '[[-1, 2], 1, Concat',
      '[[-1, 3], 1, Concat',
    )
    expect(check(text)).toEqual([])
  })

  it('warns of two architectures in one file', () => {
    const text = MODEL.replace('SPPF, [256, 5]', 'SPP, [256, [5, 9, 13]]')
    expect(codes(check(text))).toEqual(['model-yaml/mixed-releases warning'])
    expect(check(text, v5)).toEqual([])
    expect(check(text, v7, 'models/hub/variant.yaml')).toEqual([])
    const focus = MODEL.replace('Conv, [64, 6, 2, 2]', 'Focus, [64, 3]')
    expect(codes(check(focus))).toEqual(['model-yaml/mixed-releases warning'])
    expect(check(focus.replace('SPPF, [256, 5]', 'SPP, [256, [5, 9, 13]]'))).toEqual([])
  })

  it('notes an nc that is not the data’s', () => {
    const used = { data: 'data/mine.yaml', nc: 4 }
    const [finding] = checkModel(MODEL, at(v7, 'models/custom.yaml'), v7, used)
    expect(finding).toMatchObject({ code: 'model-yaml/nc-differs', severity: 'information' })
    expect(fixed(MODEL, finding)).toContain('nc: 4\n')
    expect(checkModel(MODEL, at(v7, 'x.yaml'), v7, { ...used, nc: 3 })).toEqual([])
  })

  it('leaves yamls of another parser alone', () => {
    const one = (row: string) =>
      `nc: 1\ndepth_multiple: 1\nwidth_multiple: 1\nanchors: 3\nbackbone: [${row}, ${row}]\nhead: [${row}]\n`
    expect(codes(check(one('{0: [-1, 1, C3, [8]]}')))).toEqual(['model-yaml/layer-row information'])
    expect(codes(check(one('[-1, 1, C3, [8], 5]')))).toEqual(['model-yaml/layer-row information'])
    expect(codes(check(one('nothing')))).toContain('model-yaml/layer-row error')
  })

  it('offers the release’s own file for one that is broken, never for itself', () => {
    const broken = MODEL.replace('[-1, 3, C3, [128]]', '[-1, 3, C3]')
    expect(check(broken)[0]?.fixes?.[0]).toMatchObject({ kind: 'stock' })
    const own = check(broken, v7, 'models/yolov5s.yaml')[0]
    expect(own?.fixes ?? []).toEqual([])
  })
})
