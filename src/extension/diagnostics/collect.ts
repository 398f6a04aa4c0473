import { relative, sep } from 'node:path'
import * as l10n from '@vscode/l10n'
import type { FileReport } from '../../core/check/checkFolder'
import type { Finding, Fix, TextEdit } from '../../core/finding'

/**
 * Path, below the extension's folder, of the page that explains a code.
 *
 * @param language of the editor; pages are in English and in Simplified Chinese
 */
export function docsPage(code: string, language: string): string {
  const folder = language.toLowerCase() === 'zh-cn' ? 'zh-cn/warnings' : 'warnings'
  return `media/docs/${folder}/${code.replace('/', '-')}.md`
}

/** What an editor knows of a finding once it has shown it. */
export type ShownFinding = Pick<Finding, 'code' | 'message' | 'range'>

/** The finding that was shown as this diagnostic. */
export function findingOf(findings: readonly Finding[], shown: ShownFinding): Finding | undefined {
  return findings.find(
    ({ code, message, range }) =>
      code === shown.code &&
      message === shown.message &&
      range.start.line === shown.range.start.line &&
      range.start.character === shown.range.start.character,
  )
}

/** A fix in an editor's menu. */
export type QuickFix = { readonly fix: Fix; readonly preferred: boolean }

/** Fixes of a finding, the best marked where it needs no second look. */
export function collectFixes({ fixes = [] }: Finding): readonly QuickFix[] {
  return fixes.map((fix, at) => ({
    fix,
    preferred: at === 0 && fix.kind === 'edit' && fix.safe === true,
  }))
}

function before(a: TextEdit['range']['start'], b: TextEdit['range']['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.character <= b.character)
}

function overlaps({ range: a }: TextEdit, { range: b }: TextEdit): boolean {
  return !(before(a.end, b.start) || before(b.end, a.start))
}

/**
 * Every preferred fix of a file at once; of those that touch the same text the first. Undefined where there are
 * fewer than two.
 */
export function collectFixAll(
  findings: readonly Finding[],
): { readonly count: number; readonly edits: readonly TextEdit[] } | undefined {
  const edits: TextEdit[] = []
  let count = 0
  for (const finding of findings) {
    const [first] = collectFixes(finding)
    if (first?.preferred !== true || first.fix.kind !== 'edit') continue
    const { edits: wanted } = first.fix
    if (wanted.some((edit) => edits.some((other) => overlaps(edit, other)))) continue
    edits.push(...wanted)
    count++
  }
  return count < 2 ? undefined : { count, edits }
}

/** What the check of a workspace came to, in one sentence. */
export function collectSummary(reports: readonly FileReport[], cancelled: boolean): string {
  const all = reports.flatMap(({ findings }) => findings)
  const count = (wanted: Finding['severity']): number =>
    all.filter(({ severity }) => severity === wanted).length
  const counts =
    all.length === 0
      ? l10n.t('Nothing found that does not fit the detected release.')
      : l10n.t(
          '{0} errors, {1} warnings and {2} notes in {3} files.',
          count('error'),
          count('warning'),
          count('information'),
          reports.length,
        )
  return cancelled ? `${l10n.t('The check was cancelled.')} ${counts}` : counts
}

/** Lines for the log, as the program prints them. */
export function collectReportLines(
  { path, findings }: FileReport,
  root: string,
): readonly string[] {
  const shown = relative(root, path).split(sep).join('/')
  return findings.map(
    ({ code, message, severity, range: { start } }) =>
      `${shown}:${start.line + 1}:${start.character + 1} ${severity} ${code} ${message}`,
  )
}

/** The release's own yaml with the number of classes of the one that it replaces. */
export function stockText(stock: string, current: string): string {
  const nc = /^nc:[ \t]*(\d+)/m.exec(current)?.[1]
  return nc === undefined ? stock : stock.replace(/^(nc:[ \t]*)\d+/m, `$1${nc}`)
}
