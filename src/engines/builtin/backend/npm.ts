import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'

export type InstallWatch = {
  /** A line of npm's own. */
  readonly onOutput: (line: string) => void
  readonly stop?: AbortSignal
}

export type NpmEnd = {
  readonly status: number | null
  /** Its last lines. */
  readonly output: string
}

const keptLines = 40

/**
 * Against what of a person's npm configuration would put the package elsewhere, or leave its native code out. No
 * `--prefix`: with it npm does not read the configuration of all users, where registries and proxies may be.
 */
const settings = [
  ...['--no-audit', '--no-fund', '--foreground-scripts', '--workspaces=false'],
  ...['--global=false', '--dry-run=false', '--ignore-scripts=false', '--package-lock-only=false'],
]

/**
 * `npm install` of a package in a folder that has a package.json.
 *
 * @throws SlimError `backend/no-npm`, and the reason of `watch.stop`
 */
export async function npmInstall(
  folder: string,
  specifier: string,
  { onOutput, stop }: InstallWatch,
): Promise<NpmEnd> {
  // The npm beside this Node; Electron has none, and then the one on PATH.
  const path = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
  const npm = npmCommand(path)
  const args = [...npm.args, 'install', ...settings, specifier]
  const lines: string[] = []
  const status = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(npm.command, args, {
      cwd: folder,
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(stop ? { signal: stop } : {}),
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split(/\r?\n/)) {
          if (line.trim() === '') continue
          lines.push(line)
          if (lines.length > keptLines) lines.shift()
          onOutput(line)
        }
      })
    }
    child.on('error', reject)
    child.on('close', resolve)
  }).catch((error: unknown) => {
    stop?.throwIfAborted()
    throw new SlimError(
      'backend/no-npm',
      l10n.t('npm can not be started: {0}', error instanceof Error ? error.message : ''),
      l10n.t('Install Node with npm from https://nodejs.org and try again.'),
    )
  })
  stop?.throwIfAborted()
  return { status, output: lines.join('\n') }
}

/**
 * What starts npm. On Windows its `npm.cmd` would need a shell, so Node runs npm's own script, which lies beside it.
 *
 * @param path folders to look in, as in PATH
 */
export function npmCommand(
  path: string,
  { platform } = process,
): { readonly command: string; readonly args: readonly string[] } {
  if (platform !== 'win32') return { command: 'npm', args: [] }
  const script = path
    .split(delimiter)
    .map((folder) => join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js'))
    .find((file) => existsSync(file))
  return script === undefined ? { command: 'npm', args: [] } : { command: 'node', args: [script] }
}
