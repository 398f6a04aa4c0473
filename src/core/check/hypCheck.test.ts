import { beforeAll, describe, expect, it } from 'vitest'
import { NEW_STYLE } from '../yolov5/testTrees'
import type { Clone } from './clone'
import { checkHyp } from './hypCheck'
import { at, codes, fixed, plantedClone } from './testing'

const HYP = `lr0: 0.01  # rate
momentum: 0.937
box: 0.05
mosaic: 1.0
iou_t: 0.2
`
let clone: Clone

beforeAll(async () => {
  clone = await plantedClone({
    ...NEW_STYLE,
    'data/hyps/hyp.scratch-low.yaml': `${HYP}copy_paste: 0.0  # probability\n`,
    'data/hyps/hyp.mine.yaml': 'momentun: 1\n',
    'utils/loss.py': "x = hyp['box'] + self.hyp['momentum']\nif 'extra' in hyp:\n    pass\n",
    'utils/dataloaders.py':
      "p = hyp['copy_paste'], hyp[\"mosaic\"]  # hyp['talk']\nq = hyp.get('maybe')\n",
    'utils/sparse.py': "meta = {'fancy': (1, 0.0, 1.0)}\nh['lr0']\n",
  })
})

const check = (text: string) => checkHyp(text, at(clone, 'data/hyps/hyp.other.yaml'), clone)
const whole = `${HYP}copy_paste: 0.1\n`

describe('checkHyp', () => {
  it('finds nothing in what the sources read, ask for or ship', () => {
    expect(check(whole)).toEqual([])
    expect(check(`${whole}maybe: 1\nextra: 2\nfancy: 0.5\nanchor_t: 4.0\n`)).toHaveLength(1)
    expect(check(`${whole}maybe: 1\nextra: 2\nfancy: 0.5\n`)).toEqual([])
    expect(check(whole.replaceAll('\n', '\r\n'))).toEqual([])
  })

  it('adds what training reads, with the defaults of the release', () => {
    const [finding] = check(HYP)
    expect(finding).toMatchObject({ code: 'hyp-yaml/missing-key', severity: 'error' })
    expect(finding?.message).toContain('copy_paste')
    expect(fixed(HYP, finding)).toBe(`${HYP}copy_paste: 0.0  # probability\n`)
    const open = HYP.trimEnd()
    expect(fixed(open, check(open)[0])).toBe(`${HYP}copy_paste: 0.0  # probability\n`)
  })

  it('adds lines only where they can follow', () => {
    for (const text of [
      '{lr0: 0.01, momentum: 0.9}\n',
      '  lr0: 0.01\n  momentum: 0.9\n',
      'lr0: 0.01\n...\n',
    ]) {
      const [finding] = check(text)
      expect([finding?.code, finding?.fixes]).toEqual(['hyp-yaml/missing-key', []])
    }
  })

  it('reads what is merged', () => {
    expect(check(`base: &base\n${whole.replace(/^/gm, '  ').trimEnd()}\n<<: *base\n`)).toEqual([])
  })

  it('keeps the lines after a number that is a block', () => {
    const text = whole.replace('lr0: 0.01  # rate', 'lr0: >-\n  1e-2')
    expect(fixed(text, check(text)[0])).toBe(whole.replace('  # rate', ''))
  })

  it('does not miss what is only mentioned or asked for', () => {
    expect(check(whole.replace('iou_t: 0.2\n', ''))).toEqual([])
  })

  it('tells typos from keys of other releases', () => {
    const text = whole.replace('mosaic', 'mosiac')
    const [typo, missing] = check(text)
    expect(typo).toMatchObject({
      code: 'hyp-yaml/unknown-key',
      severity: 'warning',
      suggestion: 'mosaic',
    })
    expect(missing?.code).toBe('hyp-yaml/missing-key')
    expect(fixed(text, typo)).toBe(whole)
    expect(codes(check(`${whole}paste_in: 0.1\n`))).toEqual(['hyp-yaml/unknown-key information'])
  })

  it.each([
    ['1e-2', '0.01'],
    ['1E-2', '0.01'],
    ['1.0e3', '1000.0'],
    ["'0.01'", '0.01'],
  ])('knows that Python reads %s as text', (written, plain) => {
    const text = whole.replace('lr0: 0.01', `lr0: ${written}`)
    const [finding] = check(text)
    expect(finding).toMatchObject({ code: 'hyp-yaml/text-number', severity: 'error' })
    expect(fixed(text, finding)).toContain(`lr0: ${plain}  #`)
  })

  it.each(['0.01', '1.0e-2', '1.e-2', '.01', '3', '+0.5'])('takes %s for a number', (written) => {
    expect(check(whole.replace('lr0: 0.01', `lr0: ${written}`))).toEqual([])
  })

  it('reports what is no number, and what lies outside', () => {
    expect(codes(check(whole.replace('lr0: 0.01', 'lr0: fast')))).toEqual(['hyp-yaml/value error'])
    expect(codes(check(whole.replace('lr0: 0.01', 'lr0: [0.1]')))).toEqual(['hyp-yaml/value error'])
    expect(codes(check(whole.replace('lr0: 0.01', 'lr0: -0.1')))).toEqual(['hyp-yaml/range error'])
    expect(codes(check(whole.replace('mosaic: 1.0', 'mosaic: 1.5')))).toEqual([
      'hyp-yaml/range warning',
    ])
    expect(codes(check(whole.replace('0.937', '1.0')))).toEqual(['hyp-yaml/range warning'])
  })

  it.each(['True', 'yes', 'off'])('takes %s for the number that it is to Python', (written) => {
    expect(check(whole.replace('mosaic: 1.0', `mosaic: ${written}`))).toEqual([])
  })

  it('looks at what an alias stands for', () => {
    expect(check(whole.replace('0.01', '&rate 0.01').replace('0.05', '*rate'))).toEqual([])
    const text = whole.replace('0.01', '&rate 1e-2').replace('0.05', '*rate')
    expect(codes(check(text))).toEqual(Array(2).fill('hyp-yaml/text-number error'))
  })

  it.each(['', '# nothing yet\n', '- 1\n'])('reports a file without keys: %j', (text) => {
    expect(codes(check(text))).toEqual(['hyp-yaml/syntax error'])
  })

  it('reports broken yaml alone', () => {
    expect(codes(check('lr0: [1\n'))).toContain('hyp-yaml/syntax error')
  })
})
