import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'

export type PythonSource = 'flag' | 'setting' | 'active' | 'path'

/** An interpreter as it is started: `py -3` has an argument of its own. */
export type Python = {
  readonly command: string
  readonly args: readonly string[]
  readonly source: PythonSource
}

export type PythonCandidates = {
  /** `--python`; an interpreter, or a virtual environment's folder. */
  readonly flag?: string
  readonly setting?: string
  /** The active interpreter of VS Code's Python extension. */
  readonly active?: string
  /** Folder that a relative path starts from. */
  readonly cwd?: string
}

/**
 * Chooses the interpreter: the flag, else the setting, else VS Code's active one, else the first that runs of
 * `python3`, `python` (Windows: `py -3`, `python`). One that was named must work; the others are tried in turn.
 *
 * @throws SlimError `python/not-found`
 */
export async function findPython(candidates: PythonCandidates = {}): Promise<Python> {
  const { flag, setting, active, cwd = process.cwd() } = candidates
  if (flag) return { command: await namedPython(flag, cwd, '--python'), args: [], source: 'flag' }
  if (setting) {
    const name = l10n.t('The Python setting')
    return { command: await namedPython(setting, cwd, name), args: [], source: 'setting' }
  }
  const onPath: readonly (readonly [string, ...string[]])[] =
    process.platform === 'win32' ? [['py', '-3'], ['python']] : [['python3'], ['python']]
  const tries: Python[] = onPath.map(([command, ...args]) => ({ command, args, source: 'path' }))
  if (active) tries.unshift({ command: active, args: [], source: 'active' })
  for (const python of tries) if (await runs(python)) return python
  throw new SlimError(
    'python/not-found',
    l10n.t(
      'No Python was found: {0} do not run.',
      tries.map(({ command, args }) => [command, ...args].join(' ')).join(', '),
    ),
    l10n.t('Install Python 3.8 or newer with torch, or name an interpreter with --python.'),
  )
}

async function namedPython(name: string, cwd: string, by: string): Promise<string> {
  const isPath = /[\\/]/.test(name) || isAbsolute(name)
  if (!isPath && (await runs({ command: name, args: [], source: 'flag' }))) return name
  const path = resolve(cwd, name)
  const inEnvironment =
    process.platform === 'win32'
      ? [join(path, 'Scripts', 'python.exe'), join(path, 'python.exe')]
      : [join(path, 'bin', 'python3'), join(path, 'bin', 'python')]
  for (const file of [path, ...inEnvironment]) {
    const info = await stat(file).catch(() => undefined)
    if (info?.isFile()) return file
  }
  throw new SlimError(
    'python/not-found',
    l10n.t('{0} names {1}, which is no file, command or virtual environment.', by, name),
    l10n.t('Give the path of a Python interpreter, e.g. .venv/bin/python.'),
  )
}

async function runs(python: Python): Promise<boolean> {
  const { stdout } = await execute(python, ['-c', 'print("py" + "thon")'], 15_000)
  return stdout.includes('python')
}

export type Executed = {
  readonly stdout: string
  readonly stderr: string
  readonly failure?: { readonly code: string | number | undefined; readonly killed: boolean }
}

/** Runs an interpreter without a shell, with nothing on stdin; never rejects. */
export function execute(
  python: Python,
  args: readonly string[],
  timeout: number,
): Promise<Executed> {
  return new Promise((done) => {
    const child = execFile(
      python.command,
      [...python.args, ...args],
      {
        cwd: tmpdir(),
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
        timeout,
        killSignal: 'SIGKILL',
        maxBuffer: 4 << 20,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        if (!error) return done({ stdout, stderr })
        const failure = { code: error.code ?? undefined, killed: error.killed === true }
        done({ stdout, stderr, failure })
      },
    )
    child.stdin?.end()
  })
}

/** An interpreter as a person would type it. */
export function shown({ command, args }: Python): string {
  return [command, ...args].join(' ')
}
