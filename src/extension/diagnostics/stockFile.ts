import { basename } from 'node:path'
import * as l10n from '@vscode/l10n'
import { commands, Range, Uri, WorkspaceEdit, window, workspace } from 'vscode'
import { diskFiles } from '../../core/check/files'
import { sizeLimit } from '../../core/check/kind'
import { DisposableList } from '../common/disposable'
import { stockText } from './collect'

/** Not in the palette: quick fixes call it. */
export const replaceByStockId = '_yolov5-slim.replaceByStock'

const scheme = 'yolov5-slim-stock'

/** Replaces a yaml by the release's own, once the difference was looked at. */
export class StockFile extends DisposableList {
  /** What editors show beside a file, by the address that they know it under. */
  private readonly proposals = new Map<string, string>()

  constructor(private readonly onError: (error: unknown) => void) {
    super()
    this.track(
      workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: (uri) => this.proposals.get(uri.toString()),
      }),
    )
    this.track(
      commands.registerCommand(replaceByStockId, (uri: Uri, stock: string) =>
        this.replace(uri, stock).catch(this.onError),
      ),
    )
  }

  private async replace(uri: Uri, stock: string): Promise<void> {
    const document = await workspace.openTextDocument(uri)
    const text = await diskFiles.text(stock, sizeLimit(stock))
    if (text === undefined) return
    const proposed = stockText(text, document.getText())
    // A query of its own, so that the editor asks for the text anew.
    const proposal = Uri.from({ scheme, path: stock, query: String(Date.now()) })
    this.proposals.set(proposal.toString(), proposed)
    const title = l10n.t('{0}: replaced by YOLOv5’s own', basename(uri.fsPath))
    await commands.executeCommand('vscode.diff', uri, proposal, title)
    const replace = l10n.t('Replace')
    const question = l10n.t('Replace {0} by what is shown on the right?', basename(uri.fsPath))
    if ((await window.showInformationMessage(question, replace)) !== replace) return
    const edit = new WorkspaceEdit()
    const end = document.lineAt(document.lineCount - 1).range.end
    edit.replace(uri, new Range(0, 0, end.line, end.character), proposed)
    await workspace.applyEdit(edit)
  }
}
