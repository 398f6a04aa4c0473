import { randomUUID } from 'node:crypto'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import { shellLine } from '../../runs/format/shellLine'
import { type Executed, execute, type Python, shown } from './interpreter'
import { neededPackages, type PythonPackage } from './packages'
import { preflightScript } from './preflightScript'

export {
  findPython,
  type Python,
  type PythonCandidates,
  type PythonSource,
} from './interpreter'

/** What one interpreter offers; JSON as `doctor --json` prints it. */
export type Preflight = {
  readonly python: Python & { readonly executable: string; readonly version: string }
  /** `cuda`: the version torch was built for, null for a CPU build. */
  readonly torch: {
    readonly version: string
    readonly cuda: string | null
    readonly rocm: string | null
  } | null
  readonly torchvision: string | null
  /** Every package that training needs, by import name; null when missing. */
  readonly packages: Readonly<Record<string, string | null>>
  /** GPUs that torch can use now; undefined at depth `packages`. Memory in bytes, free as the driver says. */
  readonly devices?: readonly GpuDevice[]
  readonly mps?: boolean
  readonly cpuThreads?: number
  readonly distributed?: boolean
  readonly missing: readonly { readonly module: string; readonly pip: string }[]
  /** Exact command lines that would install what is missing; never run by us. */
  readonly install: readonly string[]
  /** Packages that are there and cannot be imported, with the last line of the error. */
  readonly problems: readonly { readonly module: string; readonly text: string }[]
}

export type GpuDevice = {
  readonly index: number
  readonly name: string
  readonly totalBytes: number
  readonly freeBytes: number | null
}

export type PreflightOptions = {
  /** Its requirements.txt says what is needed. */
  readonly checkout?: string
  /**
   * `packages` (default) only looks, in about 0.1 s; `devices` imports torch, torchvision and cv2, which takes
   * seconds and finds broken ones.
   */
  readonly depth?: 'packages' | 'devices'
  readonly timeoutMs?: number
}

/** The oldest Python whose syntax the runner uses. */
const oldestPython: readonly [number, number] = [3, 7]

/**
 * Asks an interpreter what it has. Starts it once, reads nothing from the network and installs nothing.
 * Missing packages are a result, not an error: see `requireReady`.
 *
 * @throws SlimError `python/not-found`, `python/not-python` (it runs but is no Python), `python/timeout`,
 *   `python/too-old`
 */
export async function preflight(
  python: Python,
  options: PreflightOptions = {},
): Promise<Preflight> {
  const needed = await neededPackages(options.checkout)
  const marker = `yolov5-slim-${randomUUID()}:`
  const modules = Object.fromEntries(needed.map(({ module, pip }) => [module, pip]))
  const script = [
    '-c',
    preflightScript,
    marker,
    JSON.stringify(modules),
    options.depth ?? 'packages',
  ]
  const timeout = options.timeoutMs ?? (options.depth === 'devices' ? 120_000 : 30_000)
  const { stdout, stderr, failure } = await execute(python, script, timeout)
  const line = stdout.split(/\r?\n/).findLast((text) => text.startsWith(marker))
  if (line === undefined) throw preflightError(python, failure, stderr, timeout)
  const raw = JSON.parse(line.slice(marker.length)) as RawPreflight
  const [major = 0, minor = 0] = raw.version.split('.').map(Number)
  if (major < oldestPython[0] || (major === oldestPython[0] && minor < oldestPython[1])) {
    throw new SlimError(
      'python/too-old',
      l10n.t('{0} is Python {1}; training needs 3.7 or newer.', shown(python), raw.version),
      l10n.t('Name a newer interpreter with --python.'),
    )
  }
  return result(python, raw, needed)
}

/**
 * Throws when training cannot start with this interpreter.
 *
 * @throws SlimError `python/missing-packages` with the command that installs them, `python/broken-package`
 */
export function requireReady(found: Preflight): void {
  if (found.missing.length > 0) {
    throw new SlimError(
      'python/missing-packages',
      l10n.t(
        '{0} lacks {1}.',
        found.python.executable,
        found.missing.map(({ pip }) => pip).join(', '),
      ),
      l10n.t('Install what is missing: {0}', found.install.join(' && ')),
    )
  }
  const [broken] = found.problems
  if (broken) {
    throw new SlimError(
      'python/broken-package',
      l10n.t('{0} of {1} does not load: {2}', broken.module, found.python.executable, broken.text),
      l10n.t('Reinstall that package for this interpreter, or name another with --python.'),
    )
  }
}

type RawPreflight = {
  readonly version: string
  readonly executable: string
  readonly packages?: Readonly<Record<string, string | null>>
  readonly externallyManaged?: boolean
  readonly problems?: Readonly<Record<string, string>>
  readonly torch?: {
    readonly version: string
    readonly cuda?: string | null
    readonly rocm?: string | null
  }
  readonly devices?: readonly GpuDevice[]
  readonly mps?: boolean
  readonly threads?: number
  readonly distributed?: boolean
}

function result(
  python: Python,
  raw: RawPreflight,
  needed: readonly (PythonPackage & { readonly specifier?: string })[],
): Preflight {
  const packages = raw.packages ?? {}
  const missing = needed.filter(({ module }) => (packages[module] ?? null) === null)
  return {
    python: { ...python, executable: raw.executable || python.command, version: raw.version },
    torch: raw.torch
      ? {
          version: raw.torch.version,
          cuda: raw.torch.cuda ?? null,
          rocm: raw.torch.rocm ?? null,
        }
      : null,
    torchvision: packages.torchvision ?? null,
    packages,
    ...(raw.devices ? { devices: raw.devices } : {}),
    ...(raw.mps === undefined ? {} : { mps: raw.mps }),
    ...(raw.threads === undefined ? {} : { cpuThreads: raw.threads }),
    ...(raw.distributed === undefined ? {} : { distributed: raw.distributed }),
    missing: missing.map(({ module, pip }) => ({ module, pip: pip[0] })),
    install: installCommands(raw, missing),
    problems: Object.entries(raw.problems ?? {}).map(([module, text]) => ({ module, text })),
  }
}

function installCommands(
  raw: RawPreflight,
  missing: readonly (PythonPackage & { readonly specifier?: string })[],
): string[] {
  if (missing.length === 0) return []
  const install = (python: string): string =>
    shellLine([
      ...[python, '-m', 'pip', 'install'],
      ...missing.map(({ pip, specifier }) => `${pip[0]}${specifier ?? ''}`),
    ])
  if (!raw.externallyManaged) return [install(raw.executable)]
  // Debian and its kin forbid pip for the system's own Python; their own packages are the way.
  const apt = missing.flatMap((needed) => needed.apt ?? [])
  const viaApt = `sudo apt-get install --no-install-recommends ${apt.join(' ')}`
  if (apt.length === missing.length) return [viaApt]
  const venv = shellLine([raw.executable, '-m', 'venv', '--system-site-packages', '.venv'])
  return [`${venv} && ${install('.venv/bin/python')}`]
}

function preflightError(
  python: Python,
  failure: Executed['failure'],
  stderr: string,
  timeout: number,
): SlimError {
  const name = shown(python)
  const remedy = l10n.t('Name another interpreter with --python.')
  if (failure?.code === 'ENOENT' || failure?.code === 'EACCES') {
    return new SlimError('python/not-found', l10n.t('{0} cannot be started.', name), remedy)
  }
  if (failure?.killed) {
    return new SlimError(
      'python/timeout',
      l10n.t('{0} did not answer within {1} seconds.', name, timeout / 1000),
      l10n.t('Try it in a terminal: a driver or a network disk may hang. {0}', remedy),
    )
  }
  const last = stderr.trim().split('\n').at(-1) ?? ''
  return new SlimError(
    'python/not-python',
    last
      ? l10n.t('{0} runs, but not as Python: {1}', name, last)
      : l10n.t('{0} runs, but not as Python.', name),
    remedy,
  )
}
