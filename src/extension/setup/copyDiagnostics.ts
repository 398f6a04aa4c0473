import { arch, homedir, platform, release } from 'node:os'
import * as l10n from '@vscode/l10n'
import { env, Uri, version, window, workspace } from 'vscode'
import { busy, type CommandContext } from '../commands/context'
import { settings } from '../contributions'
import { lastErrors } from '../log'
import { pythonSettings } from '../python/interpreter'
import { diagnosticsText } from './diagnosticsText'

/** Puts what a report of a problem needs on the clipboard, without the home folder's path. */
export async function copyDiagnostics(context: CommandContext): Promise<void> {
  const { checkouts, program } = context
  await checkouts.search()
  const root = checkouts.selected?.root ?? workspace.workspaceFolders?.[0]?.uri.fsPath
  const configuration = workspace.getConfiguration(
    settings.section,
    root === undefined ? undefined : Uri.file(root),
  )
  const keys = Object.values(settings).filter((key) => key !== settings.section)
  const [doctor, backends] = workspace.isTrusted
    ? await busy(l10n.t('gathering diagnostics'), () =>
        Promise.all([doctorLines(context, root), backendLines(context)]),
      )
    : [['not trusted'], ['not trusted']]
  const text = diagnosticsText(
    {
      versions: {
        ...{
          extension: program.version,
          editor: `${env.appName} ${version}`,
          language: env.language,
        },
        ...{ node: process.version, system: `${platform()} ${release()} ${arch()}` },
        ...{ remote: env.remoteName ?? 'none', trusted: `${workspace.isTrusted}` },
      },
      settings: Object.fromEntries(keys.map((key) => [key, configuration.get(key)])),
      ...{ detections: checkouts.all, doctor, backends, errors: lastErrors() },
    },
    homedir(),
  )
  await env.clipboard.writeText(text)
  window.setStatusBarMessage(l10n.t('Diagnostics are on the clipboard'), 5000)
}

async function doctorLines({ program }: CommandContext, root: string | undefined) {
  const cwd = root ?? homedir()
  const { configured, active } = await pythonSettings(Uri.file(cwd))
  const python = configured ?? active
  return linesOf((onLine) =>
    program.run(
      ['doctor', ...(python === undefined ? [] : ['--python', python])],
      cwd,
      onLine,
      [0, 1],
    ),
  )
}

function backendLines({ program }: CommandContext) {
  return linesOf((onLine) => program.run(['backend', 'list'], homedir(), onLine, [0, 1]))
}

/** What a command printed, also where it failed: that is what a report is about. */
async function linesOf(run: (onLine: (line: string) => void) => Promise<void>): Promise<string[]> {
  const lines: string[] = []
  await run((line) => lines.push(line)).catch(() => undefined)
  return lines
}
