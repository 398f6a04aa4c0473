import * as l10n from '@vscode/l10n'
import {
  CodeAction,
  type CodeActionContext,
  CodeActionKind,
  type CodeActionProvider,
  type Diagnostic,
  languages,
  type Range,
  type TextDocument,
  type Uri,
  WorkspaceEdit,
} from 'vscode'
import { convertNames } from '../../core/check/dataNames'
import { fileKind } from '../../core/check/kind'
import type { Fix, TextEdit } from '../../core/finding'
import type { Disposable } from '../common/disposable'
import { commandIds, displayName } from '../contributions'
import type { Checker } from './checker'
import { collectFixAll, collectFixes, findingOf } from './collect'
import type { Diagnostics } from './diagnostics'
import { replaceByStockId } from './stockFile'
import { toRange } from './toDiagnostic'

const fixAllKind = CodeActionKind.SourceFixAll.append('yolov5-slim')

const selector = [
  { scheme: 'file', language: 'yaml' },
  { scheme: 'file', language: 'python' },
  { scheme: 'file', language: 'shellscript' },
  { scheme: 'file', language: 'bat' },
  { scheme: 'file', language: 'powershell' },
  { scheme: 'file', pattern: '**/*.{yaml,yml,py,sh,bash,bat,cmd,ps1,ipynb}' },
  { scheme: 'vscode-notebook-cell' },
]

/** Offers what mends a finding: the release's spelling, its own file, or the release that fits. */
export class QuickFixes implements CodeActionProvider {
  constructor(
    private readonly diagnostics: Diagnostics,
    private readonly checker: Checker,
  ) {}

  static register(diagnostics: Diagnostics, checker: Checker): Disposable {
    return languages.registerCodeActionsProvider(selector, new QuickFixes(diagnostics, checker), {
      providedCodeActionKinds: [
        CodeActionKind.QuickFix,
        CodeActionKind.RefactorRewrite,
        fixAllKind,
      ],
    })
  }

  provideCodeActions(
    document: TextDocument,
    range: Range,
    { diagnostics, only }: CodeActionContext,
  ): CodeAction[] {
    const wanted = (kind: CodeActionKind): boolean => only === undefined || only.contains(kind)
    return [
      ...(wanted(CodeActionKind.QuickFix) ? this.fixes(document.uri, diagnostics) : []),
      ...this.fixAll(document.uri, only),
      ...(wanted(CodeActionKind.RefactorRewrite) ? this.rewrites(document, range) : []),
    ]
  }

  private fixes(uri: Uri, diagnostics: readonly Diagnostic[]): CodeAction[] {
    const findings = this.diagnostics.findings(uri)
    return diagnostics
      .filter(({ source }) => source === displayName)
      .flatMap((diagnostic) => {
        const { code, message, range } = diagnostic
        const value = typeof code === 'object' ? String(code.value) : ''
        const finding = findingOf(findings, {
          code: value as `${string}/${string}`,
          message,
          range,
        })
        if (finding === undefined) return []
        return collectFixes(finding).map(({ fix, preferred }) => {
          const action = this.action(uri, fix, CodeActionKind.QuickFix)
          action.diagnostics = [diagnostic]
          action.isPreferred = preferred
          return action
        })
      })
  }

  private action(uri: Uri, fix: Fix, kind: CodeActionKind): CodeAction {
    const { title } = fix
    const action = new CodeAction(title, kind)
    switch (fix.kind) {
      case 'edit':
        action.edit = workspaceEdit(uri, fix.edits)
        break
      case 'switch': {
        const root = this.checker.cloneOf(uri.fsPath)?.detection.root
        const args = [{ root, release: fix.release }]
        action.command = { title, command: commandIds.getYolov5, arguments: args }
        break
      }
      case 'stock':
        action.command = { title, command: replaceByStockId, arguments: [uri, fix.file] }
    }
    return action
  }

  /** In the light bulb's menu where something is to mend, and as what `source.fixAll` does on save. */
  private fixAll(uri: Uri, only: CodeActionKind | undefined): CodeAction[] {
    const kind = only?.intersects(CodeActionKind.Source) ? fixAllKind : CodeActionKind.QuickFix
    if (only !== undefined && !only.contains(kind) && !kind.contains(only)) return []
    const all = collectFixAll(this.diagnostics.findings(uri))
    if (all === undefined) return []
    const title = l10n.t('Mend all {0} that can be mended in this file', all.count)
    const action = new CodeAction(title, kind)
    action.edit = workspaceEdit(uri, all.edits)
    return [action]
  }

  /** `names` as a list or as numbered entries, where the cursor is on it. */
  private rewrites(document: TextDocument, range: Range): CodeAction[] {
    const { uri, fileName, languageId } = document
    const clone = languageId === 'yaml' ? this.checker.cloneOf(fileName) : undefined
    if (clone === undefined || !/^["']?names\b/.test(document.lineAt(range.start.line).text))
      return []
    const text = document.getText()
    if (fileKind(clone, fileName, text) !== 'data') return []
    const forms = clone.detection.capabilities.dictNames ? (['list', 'dict'] as const) : []
    return forms.flatMap((form) => {
      const fix = convertNames(text, form)
      return fix === undefined ? [] : [this.action(uri, fix, CodeActionKind.RefactorRewrite)]
    })
  }
}

function workspaceEdit(uri: Uri, edits: readonly TextEdit[]): WorkspaceEdit {
  const edit = new WorkspaceEdit()
  for (const { range, text } of edits) edit.replace(uri, toRange(range), text)
  return edit
}
