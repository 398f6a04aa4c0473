import { describe, expect, it } from 'vitest'
import type { Finding, Fix } from '../../core/finding'
import {
  collectFixAll,
  collectFixes,
  collectReportLines,
  collectSummary,
  docsPage,
  findingOf,
  stockText,
} from './collect'

const range = (line: number, from = 0, to = 4) => ({
  start: { line, character: from },
  end: { line, character: to },
})

const edit = (line: number, text = 'x', safe = true): Fix => ({
  kind: 'edit',
  title: text,
  edits: [{ range: range(line), text }],
  ...(safe ? { safe: true } : {}),
})

const finding = (line: number, fixes: readonly Fix[] = []): Finding => ({
  code: 'hyp-yaml/range',
  message: `m${line}`,
  severity: 'warning',
  range: range(line),
  fixes,
})

it('names a page for each code, in Chinese where the editor is', () => {
  expect(docsPage('hyp-yaml/range', 'en')).toBe('media/docs/warnings/hyp-yaml-range.md')
  expect(docsPage('hyp-yaml/range', 'zh-tw')).toBe('media/docs/warnings/hyp-yaml-range.md')
  expect(docsPage('hyp-yaml/range', 'zh-cn')).toBe('media/docs/zh-cn/warnings/hyp-yaml-range.md')
})

it('finds what was shown', () => {
  const findings = [finding(1), finding(2)]
  expect(findingOf(findings, finding(2))).toBe(findings[1])
  expect(findingOf(findings, { ...finding(2), message: 'other' })).toBeUndefined()
  expect(findingOf(findings, finding(3))).toBeUndefined()
})

describe('fixes', () => {
  it('prefers only a first edit that is safe', () => {
    const other: Fix = { kind: 'switch', title: 's', release: 'v6.0' }
    const preferred = (...fixes: Fix[]) =>
      collectFixes(finding(1, fixes)).map((one) => one.preferred)
    expect(preferred(edit(1), other)).toEqual([true, false])
    expect(preferred(other, edit(1))).toEqual([false, false])
    expect(preferred(edit(1, 'x', false))).toEqual([false])
  })

  it('gathers all that do not touch each other', () => {
    const all = collectFixAll([
      finding(1, [edit(1, 'a')]),
      finding(1, [edit(1, 'b')]),
      finding(2, [edit(2, 'c', false)]),
      finding(3, [edit(3, 'd')]),
    ])
    expect(all?.count).toBe(2)
    expect(all?.edits.map(({ text }) => text)).toEqual(['a', 'd'])
    expect(collectFixAll([finding(1, [edit(1)])])).toBeUndefined()
  })
})

it('sums up, and writes lines for the log', () => {
  const report = { path: '/w/yolov5/data/hyp.yaml', findings: [finding(1), finding(2)] }
  expect(collectSummary([report], false)).toBe('0 errors, 2 warnings and 0 notes in 1 files.')
  expect(collectSummary([], true)).toContain('cancelled')
  expect(collectReportLines(report, '/w/yolov5')[0]).toBe(
    'data/hyp.yaml:2:1 warning hyp-yaml/range m1',
  )
})

it('keeps the number of classes', () => {
  expect(stockText('# p\nnc: 80  # c\nx: 1\n', 'nc: 3\n')).toBe('# p\nnc: 3  # c\nx: 1\n')
  expect(stockText('nc: 80\n', 'none')).toBe('nc: 80\n')
})
