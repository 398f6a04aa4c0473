import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { asSlimError, type SlimError } from '../../core/errors'
import { type Preflight, preflight } from '../../engines/pytorch/python'

/** An interpreter that might train, and where it was found. */
export type Found = { readonly path: string; readonly where: string }

export type Places = {
  readonly folders: readonly string[]
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** Of the Python extension. */
  readonly active?: string
}

/** Interpreters of the workspace's virtual environments, of conda and pyenv, and on the PATH; each once. */
export async function findInterpreters(places: Places): Promise<readonly Found[]> {
  const { folders, home, env, platform, active } = places
  const found: Found[] = []
  const add = (path: string | undefined, where: string): void => {
    if (path !== undefined && existsSync(path) && !found.some((one) => one.path === path)) {
      found.push({ path, where })
    }
  }
  if (active !== undefined) add(active, l10n.t('active in the Python extension'))
  for (const folder of folders) {
    for (const child of await environmentsIn(folder)) {
      add(interpreterOf(child, platform), l10n.t('virtual environment of the workspace'))
    }
  }
  const conda = await readFile(join(home, '.conda', 'environments.txt'), 'utf8').catch(() => '')
  const prefixes = [env.CONDA_PREFIX, env.VIRTUAL_ENV, ...conda.split(/\r?\n/)]
  for (const prefix of prefixes) {
    if (prefix?.trim()) add(interpreterOf(prefix.trim(), platform), l10n.t('environment'))
  }
  const pyenv = join(home, '.pyenv', 'versions')
  for (const name of (await readdir(pyenv).catch(() => [])).sort().reverse()) {
    add(interpreterOf(join(pyenv, name), platform), 'pyenv')
  }
  const separator = platform === 'win32' ? ';' : ':'
  const names = platform === 'win32' ? ['python.exe'] : ['python3', 'python']
  for (const folder of (env.PATH ?? env.Path ?? '').split(separator)) {
    // pyenv's shims stand for one of its versions, which are listed.
    if (folder === '' || /[\\/]\.pyenv[\\/]shims/.test(folder)) continue
    for (const name of names) add(join(folder, name), 'PATH')
  }
  return found
}

/** Folders below with a `pyvenv.cfg`, or of the usual names. */
async function environmentsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .filter((path) => existsSync(join(path, 'pyvenv.cfg')))
}

function interpreterOf(prefix: string, platform: NodeJS.Platform): string | undefined {
  const candidates =
    platform === 'win32'
      ? [join(prefix, 'Scripts', 'python.exe'), join(prefix, 'python.exe')]
      : [join(prefix, 'bin', 'python3'), join(prefix, 'bin', 'python')]
  return candidates.find((path) => existsSync(path))
}

export type Looked = Found & ({ readonly preflight: Preflight } | { readonly error: SlimError })

const atOnce = 3

/** Asks each what it has; ready ones come first. */
export async function lookAt(
  found: readonly Found[],
  checkout: string | undefined,
): Promise<readonly Looked[]> {
  const looked: Looked[] = new Array(found.length)
  let next = 0
  const work = async (): Promise<void> => {
    for (let i = next++; i < found.length; i = next++) {
      const one = found[i] as Found
      const python = { command: one.path, args: [], source: 'setting' as const }
      looked[i] = await preflight(python, checkout === undefined ? {} : { checkout }).then(
        (result): Looked => ({ ...one, preflight: result }),
        (error: unknown): Looked => ({ ...one, error: asSlimError(error) }),
      )
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return looked.sort((a, b) => rank(a) - rank(b))
}

function rank(one: Looked): number {
  if ('error' in one) return 3
  if (one.preflight.torch === null) return 2
  return one.preflight.missing.length === 0 && one.preflight.problems.length === 0 ? 0 : 1
}

/** A row of the list. */
export function pythonItem(one: Looked): {
  readonly label: string
  readonly description: string
  readonly detail: string
  readonly path: string
} {
  const { path, where } = one
  if ('error' in one) {
    return { label: `$(error) ${path}`, description: where, detail: one.error.message, path }
  }
  const { python, torch, missing } = one.preflight
  const build = torch?.cuda ? `CUDA ${torch.cuda}` : torch?.rocm ? `ROCm ${torch.rocm}` : 'CPU'
  const facts = [
    `Python ${python.version}`,
    torch ? `torch ${torch.version} (${build})` : undefined,
  ]
  const lacks = missing.map(({ pip }) => pip).join(', ')
  return {
    label: `${rank(one) === 0 ? '$(pass)' : '$(warning)'} ${path}`,
    description: [...facts, where].filter(Boolean).join(' · '),
    detail: lacks === '' ? l10n.t('ready to train') : l10n.t('lacks {0}', lacks),
    path,
  }
}
