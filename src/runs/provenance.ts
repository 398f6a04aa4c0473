import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../core/errors'
import type { Provenance } from './manifest'

const execute = promisify(execFile)

export type ProvenanceRequest = {
  readonly slimVersion: string
  /** The YOLOv5 checkout whose commit is recorded. */
  readonly checkout?: string
  /** Input files by role; absolute paths. */
  readonly inputs: Readonly<Partial<Record<'weights' | 'cfg' | 'data', string>>>
  readonly python?: string
  readonly torch?: string
  readonly cuda?: string | null
  readonly seed?: number
}

/**
 * Collects what a model can be traced back by.
 *
 * @throws SlimError `file/unreadable` when an input cannot be read
 */
export async function collectProvenance(request: ProvenanceRequest): Promise<Provenance> {
  const { slimVersion, checkout, inputs, python, torch, cuda, seed } = request
  const entries = Object.entries(inputs)
  const [state, ...sums] = await Promise.all([
    checkout === undefined ? undefined : gitState(checkout),
    ...entries.map(([, path]) => sha256OfFile(path)),
  ])
  return {
    slimVersion,
    ...state,
    ...(python === undefined ? {} : { python }),
    ...(torch === undefined ? {} : { torch }),
    ...(cuda === undefined ? {} : { cuda }),
    ...(seed === undefined ? {} : { seed }),
    sha256: Object.fromEntries(
      entries.map(([role, path], i) => [role, { path, sha256: sums[i] ?? '' }]),
    ),
  }
}

/**
 * Commit and dirty flag of the work tree that has `folder` for its root; undefined without git, without a
 * repository, or when git takes longer than five seconds. A folder inside someone else's repository has no commit
 * of its own. Dirty means that tracked files differ; what runs leave behind does not count.
 */
export async function gitState(
  folder: string,
): Promise<{ readonly commit: string; readonly dirty: boolean } | undefined> {
  const git = async (...args: string[]): Promise<string> => {
    // A repository's own configuration may name programs to run; status needs none of them.
    const safe = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null']
    const { stdout } = await execute('git', [...safe, '-C', folder, ...args], {
      timeout: 5000,
      maxBuffer: 16 << 20,
      windowsHide: true,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    })
    return stdout
  }
  try {
    const [prefix, commit] = (await git('rev-parse', '--show-prefix', 'HEAD')).split('\n')
    if (prefix !== '' || !commit) return undefined
    const changes = await git('status', '--porcelain', '--untracked-files=no')
    return { commit, dirty: changes !== '' }
  } catch {
    return undefined
  }
}

/**
 * SHA-256 of a file as lower-case hex, streamed.
 *
 * @throws SlimError `file/unreadable`
 */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    throw new SlimError(
      'file/unreadable',
      l10n.t('{0} cannot be read.', path),
      l10n.t('Check that the file exists and that you may read it.'),
      { cause: error },
    )
  }
  return hash.digest('hex')
}
