import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { asSlimError } from '../errors'
import { detectCheckout } from '../yolov5/detect'
import type { Detection } from '../yolov5/release'
import { NEW_STYLE, OLD_STYLE, plant, type Tree } from '../yolov5/testTrees'
import { loadDataYaml } from './dataSet'
import { checkDataYaml } from './dataYaml'

let v5: Detection
let v7: Detection
let v6: Detection

async function detected(tree: Tree): Promise<Detection> {
  const found = await detectCheckout(plant(tree))
  if (found === undefined) throw new Error('nothing detected')
  return found
}

beforeAll(async () => {
  v5 = await detected(OLD_STYLE)
  v7 = await detected(NEW_STYLE)
  v6 = {
    ...v7,
    release: 'v6.2',
    capabilities: { ...v7.capabilities, dictNames: false, dataKeys: ['train', 'val', 'nc'] },
  }
})

const DATA = 'train: images/train\nval: images/val\nnc: 2\nnames: [cat, dog]\n'

const check = (text: string, detection: Detection) => checkDataYaml(text, 'data.yaml', detection)
const codes = (text: string, detection: Detection) =>
  check(text, detection).map(({ code, severity }) => `${code} ${severity}`)

describe('checkDataYaml', () => {
  it('finds nothing in what each release reads', () => {
    for (const detection of [v5, v6, v7]) expect(codes(DATA, detection)).toEqual([])
    expect(codes(`${DATA}test:  # none\ndownload: |\n  print(1)\n`, v7)).toEqual([])
    expect(codes('path: ..\ntrain: [a, b]\nval: c\nnames:\n  0: cat\n', v7)).toEqual([])
  })

  it('names unknown keys and what was meant, unless that is there already', () => {
    const [finding] = check(DATA.replace('val:', 'valid:'), v7)
    expect(finding).toMatchObject({
      code: 'data-yaml/unknown-key',
      suggestion: 'val',
      range: { start: { line: 1, character: 0 }, end: { line: 1, character: 5 } },
    })
    expect(check(`${DATA}nams: x\n`, v7)[0]?.suggestion).toBeUndefined()
    expect(check(`${DATA}kpt_shape: [17, 3]\n`, v7)[0]?.message).toContain('kpt_shape')
  })

  it('wants the keys that the release wants', () => {
    expect(codes(DATA.replace('nc: 2\n', ''), v7)).toEqual([])
    expect(codes(DATA.replace('nc: 2\n', ''), v5)).toEqual(['data-yaml/missing-key error'])
    expect(codes(DATA.replace(/names.*\n/, ''), v5)).toEqual(['data-yaml/missing-key error'])
    expect(codes(DATA.replace(/names.*\n/, ''), v6)).toEqual([
      'data-yaml/default-names information',
    ])
  })

  it('compares nc with the names: an error where nc counts', () => {
    const text = DATA.replace('nc: 2', 'nc: 3')
    expect(codes(text, v5)).toEqual(['data-yaml/nc-mismatch error'])
    expect(codes(text, v7)).toEqual(['data-yaml/nc-mismatch warning'])
    expect(check(text, v7)[0]?.suggestion).toBe('2')
  })

  it('takes nc as the release does: digits in quotes, and nothing where names are counted', () => {
    const nc = (written: string) => DATA.replace('nc: 2', `nc: ${written}`)
    expect(codes(nc("'2'"), v5)).toEqual([])
    expect(codes(nc("'3'"), v5)).toEqual(['data-yaml/nc-mismatch error'])
    expect(codes(nc("'2'").replace(/names.*\n/, ''), v6)).toContain('data-yaml/value error')
    expect(codes(nc(''), v5)).toEqual(['data-yaml/value error'])
    expect(codes(nc("'2'"), v7)).toEqual([])
    expect(codes(nc(''), v7)).toEqual([])
  })

  it('does not suggest that there are no classes', () => {
    const [finding] = check(DATA.replace('[cat, dog]', '[]'), v5)
    expect(finding?.code).toBe('data-yaml/nc-mismatch')
    expect(finding?.suggestion).toBeUndefined()
  })

  it('reads what is merged into the file or its names, and says nothing of where it stands', () => {
    const base = 'base: &base {train: a, val: b, nc: 3}\nfirst: &first {0: cat, 1: no}\n'
    const text = `${base}<<: *base\nnames: {<<: *first, 2: owl}\n`
    expect(codes(text, v7)).toEqual(['data-yaml/name-type warning'])
    expect(codes(`${base}<<: *base\nnames: [a, b, c]\n`, v5)).toEqual([])
  })

  it('shows the class whose name is no text, in whatever order they stand', () => {
    const [order, type] = checkDataYaml('train: a\nval: b\nnames: {1: no, 0: cat}\n', '', v7)
    expect(order?.code).toBe('data-yaml/names-keys')
    expect(type).toMatchObject({
      code: 'data-yaml/name-type',
      range: { start: { line: 2, character: 11 } },
    })
  })

  it('reads names that are given by an alias', () => {
    const text = DATA.replace('[cat, dog]', '*n')
    expect(codes(`classes: &n [cat, dog]\n${text}`, v7)).toEqual(['data-yaml/unknown-key warning'])
    expect(codes(text, v7)).toEqual(['data-yaml/syntax error'])
  })

  it('takes an empty path for none', () => {
    for (const path of ['', "''", '~'])
      for (const detection of [v5, v7])
        expect(codes(`path: ${path}\n${DATA}`, detection)).toEqual([])
  })

  it('knows that path and numbered names are later inventions', () => {
    const text = 'path: x\ntrain: a\nval: b\nnc: 1\nnames:\n  0: cat\n'
    expect(codes(text, v7)).toEqual([])
    expect(codes(text, v5)).toEqual([
      'data-yaml/path-ignored warning',
      'data-yaml/dict-names warning',
    ])
    expect(codes(text, v6)).toEqual(['data-yaml/dict-names warning'])
  })

  it('reports names whose numbers do not count from 0, or are no numbers', () => {
    const names = (lines: string) => codes(`train: a\nval: b\nnames:\n${lines}`, v7)
    expect(names('  1: cat\n  2: dog\n')).toEqual(['data-yaml/names-keys warning'])
    expect(names('  cat: 0\n')).toEqual(['data-yaml/names-keys error'])
    expect(names("  '0': cat\n  '1': dog\n")).toEqual(['data-yaml/names-keys error'])
    expect(check("train: a\nval: b\nnames: {'0': cat}\n", v7)[0]?.message).toContain('quotes')
  })

  it('reports names that YAML reads as something else', () => {
    const [finding] = check(DATA.replace('dog', 'no'), v7)
    expect(finding).toMatchObject({ code: 'data-yaml/name-type', severity: 'warning' })
    expect(finding?.range.start).toEqual({ line: 3, character: 13 })
  })

  it('reads a class named y as text, as PyYAML does', () => {
    expect(codes(DATA.replace('cat, dog', 'y, N'), v7)).toEqual([])
  })

  it('reports values of the wrong form, and text that is no mapping', () => {
    expect(codes(DATA.replace('images/train', '{a: 1}'), v7)).toEqual(['data-yaml/value error'])
    expect(codes(DATA.replace('nc: 2', 'nc: two'), v7)).toEqual(['data-yaml/value error'])
    expect(codes(DATA.replace('[cat, dog]', 'cat'), v7)).toEqual(['data-yaml/value error'])
    expect(codes('- a\n- b\n', v7)).toEqual(['data-yaml/syntax error'])
    expect(codes('names: [a\n', v7)).toContain('data-yaml/syntax error')
  })
})

describe('loadDataYaml', () => {
  const images: Tree = {
    'images/train/a.jpg': '',
    'images/train/deep/b.PNG': '',
    'images/train/a.txt': '',
    'images/val/c.jpeg': '',
    'list.txt': './images/train/a.jpg\n/abs/b.bmp\n\nnotes.md\n',
  }
  const planted = (detection: Detection, data: string) => {
    const root = plant({ ...images, 'data/mine.yaml': data })
    return { ...detection, root }
  }
  const failure = async (detection: Detection, data: string) => {
    const at = planted(detection, data)
    const error = await loadDataYaml('data/mine.yaml', at).catch((e: unknown) => asSlimError(e))
    if (!(error instanceof Error)) throw new Error('no error')
    return error
  }

  it('resolves against the root where the release does', async () => {
    const at = planted(v7, 'path: images\ntrain: train\nval: [val]\nnames: {0: cat, 1: dog}\n')
    const data = await loadDataYaml('data/mine.yaml', at, { cwd: '/' })
    expect(data).toEqual({
      file: join(at.root, 'data/mine.yaml'),
      nc: 2,
      names: ['cat', 'dog'],
      train: [join(at.root, 'images/train')],
      val: [join(at.root, 'images/val')],
      test: [],
    })
  })

  it('resolves against the working folder where the release does', async () => {
    const at = planted(v5, DATA)
    expect((await loadDataYaml('data/mine.yaml', at)).train).toEqual([
      join(at.root, 'images/train'),
    ])
    const error = await loadDataYaml(join(at.root, 'data/mine.yaml'), at, {
      cwd: join(at.root, 'data'),
    }).catch((e: unknown) => asSlimError(e))
    expect(error).toMatchObject({ code: 'data/missing-path' })
  })

  it('drops a leading ../ that leads nowhere, as v7.0 does', async () => {
    const text = 'train: ../images/train\nval: ../images/val\nnames: [cat]\n'
    const at = planted(v7, text)
    expect((await loadDataYaml('mine.yaml', at)).train).toEqual([join(at.root, 'images/train')])
  })

  it('drops none in a list, as v7.0 does', async () => {
    const error = await failure(v7, 'train: images/train\nval: [../images/val]\nnames: [cat]\n')
    expect(error).toMatchObject({ code: 'data/missing-path' })
  })

  it('takes list files, and makes up names where the release does', async () => {
    const at = planted(v6, 'train: list.txt\nval: images/val\nnc: 2\n')
    const data = await loadDataYaml('data/mine.yaml', at)
    expect(data.names).toEqual(['class0', 'class1'])
    expect(data.train).toEqual([join(at.root, 'list.txt')])
  })

  it('names the file and the key of what is wrong', async () => {
    const missing = await failure(v7, 'train: images/train\nval: images/none\nnames: [a]\n')
    expect(missing).toMatchObject({ code: 'data/missing-path' })
    expect(missing.message).toContain('val')
    expect(missing.message).toContain('images/none')
    expect(missing.message).toContain('mine.yaml')

    const mismatch = await failure(v5, DATA.replace('nc: 2', 'nc: 3'))
    expect(mismatch).toMatchObject({ code: 'data/nc-mismatch', remedy: 'Write 2 there.' })
    expect(mismatch.message).toContain('line 3')

    expect(await failure(v7, 'train: a\nval: b\n')).toMatchObject({ code: 'data/missing-key' })
    expect(await failure(v7, '{')).toMatchObject({ code: 'data/syntax' })
  })

  it('says that a data set is to be fetched, where its yaml can', async () => {
    const error = await failure(v7, 'train: a\nval: b\nnames: [x]\ndownload: https://e.x/y.zip\n')
    expect(error).toMatchObject({ code: 'data/missing-path' })
    expect((error as { remedy?: string }).remedy).toContain('download')
  })

  it('says that the yaml itself is missing', async () => {
    const error = await loadDataYaml('absent.yaml', v7).catch((e: unknown) => asSlimError(e))
    expect(error).toMatchObject({ code: 'data/not-found' })
  })
})
