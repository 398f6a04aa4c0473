import { Diagnostic, DiagnosticSeverity, env, Range, Uri } from 'vscode'
import type { Finding, Range as PlainRange } from '../../core/finding'
import { displayName } from '../contributions'
import { docsPage } from './collect'

const severities: Readonly<Record<Finding['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
}

export function toRange({ start, end }: PlainRange): Range {
  return new Range(start.line, start.character, end.line, end.character)
}

/** A finding as the editor shows it, its code a link to the page that explains it. */
export function toDiagnostic(finding: Finding, extensionUri: Uri): Diagnostic {
  const { code, message, severity, range } = finding
  const diagnostic = new Diagnostic(toRange(range), message, severities[severity])
  diagnostic.source = displayName
  const target = Uri.joinPath(extensionUri, docsPage(code, env.language))
  diagnostic.code = { value: code, target }
  return diagnostic
}
