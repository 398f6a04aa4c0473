import { beforeAll, describe, expect, it } from 'vitest'
import { NEW_STYLE, OLD_STYLE } from '../yolov5/testTrees'
import type { Clone } from './clone'
import { checkData } from './dataCheck'
import { convertNames } from './dataNames'
import { applied, at, codes, fixed, plantedClone } from './testing'

let v5: Clone
let v7: Clone

beforeAll(async () => {
  v5 = await plantedClone(OLD_STYLE)
  v7 = await plantedClone(NEW_STYLE)
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
