import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { type CancellationToken, commands, ProgressLocation, Uri, window, workspace } from 'vscode'
import { SlimError } from '../../core/errors'
import { detectCheckout, notFoundError } from '../../core/yolov5/detect'
import type { Detection } from '../../core/yolov5/release'
import { requireSafe } from '../../engines/common/weights'
import {
  type ExportFormat,
  exportArguments,
  exportCommand,
  exportedFile,
  exportFailure,
  exportFormats,
  exportsBeside,
  findExportScript,
  newExports,
} from '../../engines/pytorch/exporting'
import { findPython, preflight, requireReady } from '../../engines/pytorch/python'
import { shellLine } from '../../runs/format/shellLine'
import type { RunSnapshot } from '../../runs/snapshot'
import { OutputLines } from '../activity/outputLines'
import { type CommandContext, requireCheckout } from '../commands/context'
import { agreesToLoad } from '../common/agreesToLoad'
import { pythonSettings } from '../python/interpreter'
import type { CommandHandlers } from '../registerCommands'
import { rootOfRun } from '../runs/rootOfRun'
import { chooseRuns } from './chooseRuns'
import { has } from './startRuns'

/** Exports the checkpoint of a run with the export script of its own release. */
export function exportHandlers(context: CommandContext): Pick<CommandHandlers, 'export'> {
  return {
    export: async (...args) => {
      const choice = {
        title: l10n.t('Export which run?'),
        fits: has('export'),
        none: l10n.t('There is no run with a checkpoint to export.'),
      }
      const [run] = await chooseRuns(context.runs, args, choice)
      if (run) await exportRun(context, run)
    },
  }
}

async function exportRun(context: CommandContext, run: RunSnapshot): Promise<void> {
  const { runDir, manifest, summary, digest, name } = run
  await context.checkouts.search()
  const root = rootOfRun(run, context.checkouts)
  const detection = manifest.checkout ? await detectCheckout(root) : await requireCheckout(context)
  if (!detection) throw notFoundError(root)
  const script = await findExportScript(detection)
  const format = await askFormat(script.formats)
  if (format === undefined) return
  const weights = resolve(runDir, summary.output ?? '')
  if (!(await mayLoad(weights, detection))) return
  const { configured, active } = await pythonSettings(Uri.file(detection.root))
  const python = await findPython({
    cwd: detection.root,
    ...(configured === undefined ? {} : { setting: configured }),
    ...(active === undefined ? {} : { active }),
  })
  const found = await preflight(python, { checkout: detection.root })
  requireReady(found)
  const chosen = format === 'all' ? undefined : format
  const size = digest.started?.imageSize
  const words = exportArguments(script, weights, chosen, size)
  const command = exportCommand(found, context.program.runner, detection, script, words)
  const before = await exportsBeside(weights)
  context.channel.info(`${detection.root}> ${shellLine(['python', script.path, ...words])}`)
  const lines: string[] = []
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t('Exporting {0}', name),
    cancellable: true,
  }
  const code = await window.withProgress(options, (progress, token) =>
    runChild(command, token, (line) => {
      lines.push(line)
      context.channel.info(line)
      progress.report({ message: line.slice(0, 80) })
    }),
  )
  if (code === 'cancelled') return
  const written = newExports(before, await exportsBeside(weights))
  const exported = exportedFile(written, lines, chosen)
  if (exported === undefined) throw exportError(lines, code, chosen)
  await tell(exported)
}

/** Python loads it: the person has to agree to whatever it would import beside YOLOv5 and torch. */
async function mayLoad(weights: string, detection: Detection): Promise<boolean> {
  try {
    requireSafe(weights, { trusted: false, detection })
    return true
  } catch (error) {
    return agreesToLoad(error)
  }
}

async function askFormat(
  formats: readonly ExportFormat[],
): Promise<ExportFormat | 'all' | undefined> {
  // Of a script that does not let choose, everything that its packages allow.
  if (formats.length === 0) return 'all'
  const items = exportFormats
    .filter(([format]) => formats.includes(format))
    .map(([format, label]) => ({ label, description: format, format }))
  const picked = await window.showQuickPick(items, { title: l10n.t('Export to which format?') })
  return picked?.format
}

async function tell(path: string): Promise<void> {
  const uri = Uri.file(path)
  const here = workspace.getWorkspaceFolder(uri) !== undefined
  await commands.executeCommand(here ? 'revealInExplorer' : 'revealFileInOS', uri)
  window.showInformationMessage(l10n.t('Exported to {0}.', path))
}

function exportError(
  lines: readonly string[],
  code: number | null,
  format: ExportFormat | undefined,
): SlimError {
  const reason = exportFailure(lines) ?? l10n.t('it ended with code {0}', code ?? '?')
  const [, module] = /No module named '([\w.]+)'/.exec(reason) ?? []
  return new SlimError(
    'export/failed',
    format === undefined
      ? l10n.t('The export script wrote nothing: {0}.', reason)
      : l10n.t('The export to {0} failed: {1}.', new Map(exportFormats).get(format) ?? '', reason),
    module === undefined
      ? l10n.t('The log shows what it said.')
      : l10n.t('Install the package {0} for this interpreter, then export again.', module),
  )
}

function runChild(
  { command, args, cwd }: ReturnType<typeof exportCommand>,
  token: CancellationToken,
  onLine: (line: string) => void,
): Promise<number | null | 'cancelled'> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  for (const stream of [child.stdout, child.stderr]) {
    const lines = new OutputLines()
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      for (const line of lines.push(chunk)) onLine(line)
    })
  }
  const cancelling = token.onCancellationRequested(() => child.kill('SIGKILL'))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => {
      cancelling.dispose()
      done(token.isCancellationRequested ? 'cancelled' : code)
    })
  })
}
