import * as l10n from '@vscode/l10n'
import type { FileReport } from '../../core/check/checkFolder'
import type { Finding } from '../../core/finding'
import { outColors } from '../terminal'

export type FindingCounts = Readonly<Record<Finding['severity'], number>>

export function countFindings(reports: readonly FileReport[]): FindingCounts {
  const all = reports.flatMap(({ findings }) => findings)
  const count = (wanted: Finding['severity']): number =>
    all.filter(({ severity }) => severity === wanted).length
  return { error: count('error'), warning: count('warning'), information: count('information') }
}

/** `file:line:col severity code message` of each finding, in the order of the file. */
export function checkLines(
  { findings }: FileReport,
  shown: string,
  colors: typeof outColors = outColors,
): readonly string[] {
  const paint = { error: colors.red, warning: colors.yellow, information: colors.dim }
  return [...findings]
    .sort(
      ({ range: { start: a } }, { range: { start: b } }) =>
        a.line - b.line || a.character - b.character,
    )
    .map(({ code, message, severity, range: { start } }) => {
      const place = `${shown}:${start.line + 1}:${start.character + 1}`
      return `${place} ${paint[severity](severity)} ${code} ${message}`
    })
}

/** One line at the end; `releases` are those that were checked against. */
export function checkSummary(
  { error, warning, information }: FindingCounts,
  releases: string,
): string {
  return error + warning + information === 0
    ? l10n.t('Nothing that does not fit YOLOv5 {0}.', releases)
    : l10n.t(
        '{0} errors, {1} warnings, {2} notes for YOLOv5 {3}.',
        error,
        warning,
        information,
        releases,
      )
}
