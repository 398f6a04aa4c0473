import {
  Diagnostic,
  DiagnosticSeverity,
  languages,
  Range,
  type TextDocument,
  workspace,
} from 'vscode'
import type { Finding } from '../../core/finding'
import type { Checkouts } from '../checkouts/checkouts'
import { Debouncer } from '../common/debounce'
import { DisposableList } from '../common/disposable'
import { displayName } from '../contributions'
import { collectFindings } from './collect'

const typingPauseMs = 300

const severities: Readonly<Record<Finding['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
}

/** Marks, in open model and data yamls, what the detected release does not understand. */
export class Diagnostics extends DisposableList {
  private readonly collection = this.track(languages.createDiagnosticCollection('yolov5-slim'))
  private readonly debouncer = this.track(new Debouncer<string>(typingPauseMs))

  constructor(private readonly checkouts: Checkouts) {
    super()
    this.track(workspace.onDidOpenTextDocument((document) => this.check(document)))
    this.track(
      workspace.onDidChangeTextDocument(({ document }) => {
        this.debouncer.run(document.uri.toString(), () => this.check(document))
      }),
    )
    this.track(
      workspace.onDidCloseTextDocument((document) => {
        this.debouncer.cancel(document.uri.toString())
        this.collection.delete(document.uri)
      }),
    )
    this.track(checkouts.onDidChange(() => this.checkAll()))
    this.checkAll()
  }

  private checkAll(): void {
    for (const document of workspace.textDocuments) this.check(document)
  }

  private check(document: TextDocument): void {
    if (document.uri.scheme !== 'file' || document.isClosed) return
    const findings = collectFindings(this.checkouts.all, document.fileName, document.getText())
    this.collection.set(document.uri, findings.map(toDiagnostic))
  }
}

function toDiagnostic(finding: Finding): Diagnostic {
  const { start, end } = finding.range
  const range = new Range(start.line, start.character, end.line, end.character)
  const diagnostic = new Diagnostic(range, finding.message, severities[finding.severity])
  diagnostic.source = displayName
  diagnostic.code = finding.code
  return diagnostic
}
