import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { EngineFiles } from '../run/files'
import { probe } from './choose'
import { backendFolder, type OptionalBackend, optionalBackends } from './packages'
import type { Probe } from './probe'

export type InstallWatch = {
  /** A line of npm's own. */
  readonly onOutput: (line: string) => void
  readonly stop?: AbortSignal
}

const keptLines = 40

/**
 * Puts a backend's package into our folder with npm and lets it compute. npm is asked for exactly one package and
 * what it needs; its install script fetches native code (TensorFlow from Google, Dawn inside the package).
 *
 * @throws SlimError `backend/unsupported`, `backend/no-npm`, `backend/install-failed`, and what the probe found
 */
export async function installBackend(
  kind: OptionalBackend,
  files: EngineFiles,
  watch: InstallWatch,
): Promise<Extract<Probe, { ok: true }>> {
  refusePlatform(kind)
  const folder = backendFolder(kind)
  const { name, version } = optionalBackends[kind]
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ name: 'yolov5-slim-backend', private: true }, null, 2)}\n`,
  )
  await runNpm(folder, `${name}@${version}`, kind, watch)
  const found = await probe(kind, files)
  if (found.ok) return found
  throw new SlimError(found.code, found.text, found.remedy || l10n.t('Use --device cpu.'))
}

/** What its publisher builds for no such system. */
function refusePlatform(kind: OptionalBackend): void {
  const { platform, arch } = process
  const fits =
    kind === 'webgpu' ||
    (kind === 'cuda'
      ? platform === 'linux' && arch === 'x64'
      : ['linux', 'darwin', 'win32'].includes(platform))
  if (fits) return
  throw new SlimError(
    'backend/unsupported',
    l10n.t('{0} is not published for {1} on {2}.', optionalBackends[kind].name, platform, arch),
    l10n.t('WebGPU uses any GPU: yolov5-slim backend install webgpu'),
  )
}

async function runNpm(
  folder: string,
  specifier: string,
  kind: OptionalBackend,
  { onOutput, stop }: InstallWatch,
): Promise<void> {
  const windows = process.platform === 'win32'
  // The npm beside this Node; Electron has none, and then the one on PATH.
  const npm = windows ? 'npm.cmd' : 'npm'
  const path = `${dirname(process.execPath)}${windows ? ';' : ':'}${process.env.PATH ?? ''}`
  const args = ['install', '--no-audit', '--no-fund', '--foreground-scripts', specifier]
  const lines: string[] = []
  const status = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(npm, args, {
      cwd: folder,
      env: { ...process.env, PATH: path },
      shell: windows,
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
    if (stop?.aborted) throw error
    throw new SlimError(
      'backend/no-npm',
      l10n.t('npm can not be started: {0}', error instanceof Error ? error.message : ''),
      l10n.t('Install Node with npm from https://nodejs.org and try again.'),
    )
  })
  if (status !== 0) throw installFailed(kind, lines.join('\n'))
}

function installFailed(kind: OptionalBackend, output: string): SlimError {
  const { name } = optionalBackends[kind]
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/i.test(output)
  const compiler = /node-gyp|gyp ERR/i.test(output)
  const lines = output.split('\n')
  const telling = (line: string): boolean =>
    /error|ERR!|code:/i.test(line) && !/complete log|command|npm error (code|path)/i.test(line)
  const last = lines.findLast(telling) ?? lines.at(-1) ?? ''
  return new SlimError(
    'backend/install-failed',
    l10n.t('npm could not install {0}: {1}', name, last.trim()),
    offline
      ? l10n.t(
          'It needs the network: npm’s registry, and for TensorFlow storage.googleapis.com. Try again when they can be reached.',
        )
      : compiler
        ? l10n.t(
            'There is no ready-made build for this Node. Use Node 20 or 22, or: backend install webgpu',
          )
        : l10n.t('Read npm’s output above; without the backend, --device wasm works.'),
  )
}
