import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../../core/errors'
import type { EngineFiles } from '../run/files'
import { backendStart, probe } from './choose'
import { type InstallWatch, npmInstall } from './npm'
import { backendFolder, type OptionalBackend, optionalBackends } from './packages'
import type { Probe } from './probe'

/**
 * Puts a backend's package into our folder with npm, once it has computed. npm is asked for exactly one package and
 * what it needs; its install script fetches native code (TensorFlow from Google, Dawn inside the package). What fails
 * leaves nothing behind, and an older installation as it was.
 *
 * @throws SlimError `backend/unsupported`, `backend/no-npm`, `backend/install-failed`, `backend/folder`, and what the
 *   probe found; the reason of `watch.stop`
 */
export async function installBackend(
  kind: OptionalBackend,
  files: EngineFiles,
  watch: InstallWatch,
): Promise<Extract<Probe, { ok: true }>> {
  refusePlatform(kind, process)
  const folder = backendFolder(kind)
  const aside = `${folder}.new`
  try {
    await makeFolder(kind, aside)
    const { name, version } = optionalBackends[kind]
    const { status, output } = await npmInstall(aside, `${name}@${version}`, watch)
    if (status !== 0) throw installFailed(kind, output)
    const found = await probe(backendStart(kind, files, aside), files, { measures: true })
    if (!found.ok) {
      throw new SlimError(found.code, found.text, found.remedy || l10n.t('Use --device cpu.'))
    }
    watch.stop?.throwIfAborted()
    await rm(folder, { recursive: true, force: true })
    await rename(aside, folder)
    return found
  } catch (error) {
    throw folderError(error, folder)
  } finally {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Systems that its publisher builds for. */
export function refusePlatform(
  kind: OptionalBackend,
  { platform, arch }: { readonly platform: string; readonly arch: string },
): void {
  const system = `${platform}-${arch}`
  if (published[kind].includes(system)) return
  const other = published.webgpu.includes(system)
  throw new SlimError(
    'backend/unsupported',
    l10n.t('{0} is not published for {1} on {2}.', optionalBackends[kind].name, platform, arch),
    other
      ? l10n.t('WebGPU uses any GPU: yolov5-slim backend install webgpu')
      : l10n.t('The bundled one works here: --device wasm.'),
  )
}

/** By the files of their packages; tfjs-node's archive for GPUs on Windows is missing. */
const published: Readonly<Record<OptionalBackend, readonly string[]>> = {
  cuda: ['linux-x64'],
  webgpu: ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'],
  native: ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'],
}

async function makeFolder(kind: OptionalBackend, folder: string): Promise<void> {
  const { name } = optionalBackends[kind]
  // A leftover of an install that was killed.
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  // Newer versions of npm run only the install scripts that are named.
  const manifest = {
    name: 'yolov5-slim-backend',
    private: true,
    allowScripts: { [name]: true },
  }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

function folderError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof SlimError || !/^E[A-Z]+$/.test(code)) return error
  return new SlimError(
    'backend/folder',
    l10n.t('{0} can not be written: {1}', folder, error instanceof Error ? error.message : ''),
    l10n.t('Make it writable, or name another folder in YOLOV5_SLIM_BACKENDS.'),
    { cause: error },
  )
}

const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i

/** What npm's last lines mean. */
export function installFailed(kind: OptionalBackend, output: string): SlimError {
  const { name } = optionalBackends[kind]
  const remedy = unreachable.test(output)
    ? l10n.t(
        'It needs the network: npm’s registry, and for TensorFlow storage.googleapis.com. Try again when they can be reached.',
      )
    : /node-gyp|gyp ERR/i.test(output)
      ? l10n.t(
          'There is no ready-made build for this Node. Use Node 20 or 22, or: backend install webgpu',
        )
      : l10n.t('Read npm’s output above; without the backend, --device wasm works.')
  return new SlimError(
    'backend/install-failed',
    l10n.t('npm could not install {0}: {1}', name, tellingLine(output.split('\n'))),
    remedy,
  )
}

/** The line that names the cause; npm puts hints and the path of its log after it. */
function tellingLine(lines: readonly string[]): string {
  const hint = /complete log|command|behind a proxy|npm error (code|path|errno|syscall)\b/i
  const line =
    lines.find((one) => unreachable.test(one) && /reason:|getaddrinfo|connect /.test(one)) ??
    lines.findLast((one) => /error|ERR!|code:/i.test(one) && !hint.test(one)) ??
    lines.at(-1) ??
    ''
  return line.replace(/^npm (error|ERR!)\s*/i, '').trim()
}
