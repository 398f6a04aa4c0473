import { beforeAll, describe, expect, it } from 'vitest'
import { detectCheckout } from './detect'
import { checkModelYaml, parseModelYaml } from './modelYaml'
import type { Detection } from './release'
import { NEW_STYLE, OLD_STYLE, plant } from './testTrees'
import { yamlKind } from './yamlKind'

const MODEL = `# parameters
nc: 3
depth_multiple: 0.33
width_multiple: 0.25
anchors:
  - [10,13, 16,30, 33,23]
  - [30,61, 62,45, 59,119]
backbone:
  # [from, number, module, args]
  [[-1, 1, Conv, [64, 6, 2, 2]],
   [-1, 3, C3, [128]],
   [-1, 1, nn.Upsample, [None, 2, 'nearest']],
  ]
head:
  [[[-1, 1], 1, Concat, [1]],
   [[2, 3], 1, Detect, [nc, anchors]],
  ]
`

let v5: Detection
let v7: Detection

async function detected(tree: typeof NEW_STYLE): Promise<Detection> {
  const found = await detectCheckout(plant(tree))
  if (found === undefined) throw new Error('nothing detected')
  return found
}

beforeAll(async () => {
  v5 = await detected(OLD_STYLE)
  v7 = await detected(NEW_STYLE)
})

const codes = (text: string, detection = v7) =>
  checkModelYaml(text, detection).map(({ code, severity }) => `${code} ${severity}`)

describe('parseModelYaml', () => {
  it('reads rows as data and evaluates nothing', () => {
    const { nc, depthMultiple, widthMultiple, anchors, layers, findings } = parseModelYaml(MODEL)
    expect(findings).toEqual([])
    expect([nc, depthMultiple, widthMultiple]).toEqual([3, 0.33, 0.25])
    expect(anchors).toEqual([
      [10, 13, 16, 30, 33, 23],
      [30, 61, 62, 45, 59, 119],
    ])
    expect(
      layers.map(({ index, section, from, module }) => [index, section, from, module]),
    ).toEqual([
      [0, 'backbone', [-1], 'Conv'],
      [1, 'backbone', [-1], 'C3'],
      [2, 'backbone', [-1], 'nn.Upsample'],
      [3, 'head', [-1, 1], 'Concat'],
      [4, 'head', [2, 3], 'Detect'],
    ])
    expect(layers[2]?.args).toEqual(['None', 2, 'nearest'])
    expect(layers[4]?.args).toEqual(['nc', 'anchors'])
  })

  it('reads rows and sections that are given by an alias', () => {
    const text = MODEL.replace(
      '[[-1, 1, Conv, [64, 6, 2, 2]],',
      '[&stem [-1, 1, Conv, [64, 6, 2, 2]],',
    )
    const { layers, findings } = parseModelYaml(
      text
        .replace('[-1, 3, C3, [128]]', '*stem')
        .replace('head:', 'rows: &rows')
        .concat('head: *rows\n'),
    )
    expect(findings).toEqual([])
    expect(layers.map(({ module }) => module)).toEqual([
      'Conv',
      'Conv',
      'nn.Upsample',
      'Concat',
      'Detect',
    ])
  })

  it('says where a module stands', () => {
    const range = parseModelYaml(MODEL).layers[1]?.moduleRange
    expect(range).toEqual({ start: { line: 10, character: 11 }, end: { line: 10, character: 13 } })
  })

  it('takes a number of anchors', () => {
    const text = MODEL.replace(/anchors:\n.*\n.*\n/, 'anchors: 3\n')
    expect(parseModelYaml(text)).toMatchObject({ anchors: 3, findings: [] })
  })

  it.each([
    ['three items', '[-1, 3, C3]'],
    ['a text as from', '[x, 3, C3, [128]]'],
    ['no repeats', '[-1, 0, C3, [128]]'],
    ['args without brackets', '[-1, 3, C3, 128]'],
    ['a number as module', '[-1, 3, 3, [128]]'],
    ['no row', 'C3'],
  ])('reports a malformed row: %s', (_name, row) => {
    const findings = parseModelYaml(MODEL.replace('[-1, 3, C3, [128]]', row)).findings
    expect(findings.map(({ code }) => code)).toEqual(['model-yaml/layer-row'])
    expect(findings[0]?.message).toContain('1')
    expect(findings[0]?.range.start.line).toBe(10)
  })

  it('reports layers that are read before they exist', () => {
    const { findings } = parseModelYaml(MODEL.replace('[2, 3], 1, Detect', '[2, 4], 1, Detect'))
    expect(findings.map(({ code }) => code)).toEqual(['model-yaml/from'])
  })

  it('reports missing keys, wrong values and text that is no mapping', () => {
    const of = (text: string) => parseModelYaml(text).findings.map(({ code }) => code)
    expect(of(MODEL.replace('nc: 3', ''))).toEqual(['model-yaml/missing-key'])
    expect(of(MODEL.replace('nc: 3', 'nc: many'))).toEqual(['model-yaml/value'])
    expect(of(MODEL.replace('- [10,13, ', '- [10, '))).toEqual(['model-yaml/anchors'])
    expect(of(MODEL.replace('- [10,13, ', '- [ten, 13, '))).toEqual(['model-yaml/value'])
    expect(of('just text')).toEqual(['model-yaml/syntax'])
    expect(of('')).toEqual(['model-yaml/syntax'])
  })

  it('reports a syntax error alone, without guesses about what follows it', () => {
    const { findings } = parseModelYaml(MODEL.replace('[128]],', '[128]]'))
    expect(findings.map(({ code }) => code)).toEqual(['model-yaml/syntax'])
  })
})

describe('checkModelYaml', () => {
  it('finds nothing in a model of the release', () => {
    expect(codes(MODEL, v5)).toEqual([])
    expect(codes(MODEL, v7)).toEqual([])
  })

  it('names a module that the release lacks, and what it may be', () => {
    const text = MODEL.replace('C3, [128]', 'SPPF, [128]')
    expect(codes(text, v7)).toEqual([])
    const [finding] = checkModelYaml(text, v5)
    expect(finding).toMatchObject({
      code: 'model-yaml/unknown-module',
      severity: 'error',
      suggestion: 'SPP',
      range: { start: { line: 10, character: 11 }, end: { line: 10, character: 15 } },
    })
    expect(finding?.message).toContain('v5.0')
    expect(finding?.message).toContain('SPPF')
  })

  it('suggests nothing where nothing is near, and case where only case is wrong', () => {
    const of = (name: string) => checkModelYaml(MODEL.replace('C3, [128]', `${name}, [128]`), v7)[0]
    expect(of('RepNCSPELAN4')?.suggestion).toBeUndefined()
    expect(of('conv')?.suggestion).toBe('Conv')
  })

  it('only warns of a torch.nn module that it does not know', () => {
    expect(codes(MODEL.replace('nn.Upsample', 'nn.Newer'))).toEqual([
      'model-yaml/unknown-module warning',
    ])
    expect(codes(MODEL.replace('nn.Upsample', 'torch.nn.Upsample'))).toEqual([])
  })

  it('says nothing of names that the checkout may find elsewhere', () => {
    const capabilities = { ...v7.capabilities, moreModules: true } as const
    const open = { ...v7, capabilities }
    expect(codes(MODEL.replace('C3, [128]', 'repvit_m1, [128]'), open)).toEqual([])
    expect(codes(MODEL.replace('nn.Upsample', 'nn.Newer'), open)).toEqual([
      'model-yaml/unknown-module warning',
    ])
  })

  it('says that an activation is not read, where it is not', () => {
    const text = MODEL.replace('nc: 3\n', 'nc: 3\nactivation: nn.LeakyReLU(0.1)\n')
    expect(codes(text, v5)).toEqual(['model-yaml/activation-ignored warning'])
    expect(codes(text, v7)).toEqual([])
  })

  it('warns of text that YOLOv5 would run', () => {
    const evil = "__import__('os').system('id')"
    expect(codes(MODEL.replace('nc: 3\n', `nc: 3\nactivation: ${evil}\n`))).toEqual([
      'model-yaml/runs-code warning',
    ])
    expect(codes(MODEL.replace('[128]', `["${evil}"]`))).toEqual(['model-yaml/runs-code warning'])
    expect(codes(MODEL.replace('[128]', "[128, 'nn.SiLU()']"))).toEqual([])
  })
})

describe('yamlKind', () => {
  it('tells models, data sets and hyperparameters apart', () => {
    expect(yamlKind(MODEL)).toBe('model')
    expect(yamlKind('train: a\nval: b\nnc: 1\nnames: [x]\n')).toBe('data')
    expect(yamlKind('path: x\ntrain: a\nval: b\nnames:\n  0: x\n')).toBe('data')
    expect(yamlKind('lr0: 0.01\nmomentum: 0.9\n')).toBe('hyp')
    expect(yamlKind('anchors_p5_640:\n  - [1, 2]\n')).toBeUndefined()
    expect(yamlKind('on: push\njobs:\n  train: x\n')).toBeUndefined()
  })
})
