import type { FormContract } from '../../src/extension/form/contract'
import type { ToPage } from '../../src/extension/webview/contract'

export type FormMessage = Extract<ToPage<FormContract>, { readonly type: 'form' }>
export type ReportMessage = Extract<ToPage<FormContract>, { readonly type: 'report' }>
export type ReportedFinding = ReportMessage['findings'][number]

/** Findings by field; those of no field that is shown come under the empty key. */
export function byField(
  findings: readonly ReportedFinding[],
  keys: readonly string[],
): ReadonlyMap<string, readonly ReportedFinding[]> {
  const grouped = new Map<string, ReportedFinding[]>()
  for (const finding of findings) {
    const key = keys.includes(finding.field) ? finding.field : ''
    grouped.set(key, [...(grouped.get(key) ?? []), finding])
  }
  return grouped
}

export function count(findings: readonly ReportedFinding[], severity: string): number {
  return findings.filter((finding) => finding.severity === severity).length
}
