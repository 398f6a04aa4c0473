import { spawn } from 'node:child_process'
import { rm, stat } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import type { Release } from '../../core/yolov5/release'

export const repository = 'https://github.com/ultralytics/yolov5'

/** Releases to get: those that every stage works with. */
export const offeredReleases = [
  'v7.0',
  'v6.2',
  'v6.1',
  'v6.0',
  'v5.0',
  'master',
] as const satisfies readonly Release[]

export type GitOptions = {
  readonly signal?: AbortSignal
  /** Each line that git prints, progress included. */
  readonly onLine?: (line: string) => void
  readonly url?: string
}

/**
 * Clones one release, without its history, into a folder that is not there yet. What was fetched goes again when it
 * fails or is cancelled.
 *
 * @throws SlimError `git/folder-taken`, `git/missing`, `git/offline`, `git/failed`
 */
export async function cloneRelease(
  release: Release,
  folder: string,
  { url = repository, ...options }: GitOptions = {},
): Promise<void> {
  if (await stat(folder).catch(() => undefined)) {
    throw new SlimError(
      'git/folder-taken',
      l10n.t('{0} is there already.', folder),
      l10n.t('Choose another folder: nothing of yours is overwritten.'),
    )
  }
  const args = ['clone', '--depth', '1', '--branch', release, '--progress', url, folder]
  try {
    await git(args, undefined, options)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/**
 * Switches an existing clone to a release: only where nothing is changed, since a switch takes changes along or loses
 * them.
 *
 * @throws SlimError `git/no-clone`, `git/dirty`, `git/missing`, `git/offline`, `git/failed`
 */
export async function switchRelease(
  root: string,
  release: Release,
  options: GitOptions = {},
): Promise<void> {
  const top = await git(['rev-parse', '--show-toplevel'], root, options).catch((error: unknown) => {
    if (error instanceof SlimError && error.code === 'git/failed') return ''
    throw error
  })
  if (top === '') {
    throw new SlimError(
      'git/no-clone',
      l10n.t('{0} is no clone: it was unzipped or copied.', root),
      l10n.t('Get the release into a folder of its own.'),
    )
  }
  const changed = await git(['status', '--porcelain', '--untracked-files=no'], root, options)
  if (changed !== '') throw dirty(root, changed.split('\n'))
  const known = await git(['rev-parse', '-q', '--verify', `refs/tags/${release}`], root, options)
    .then(() => true)
    .catch(() => false)
  if (!known) {
    const what = release === 'master' ? ['master'] : ['tag', release]
    await git(['fetch', '--depth', '1', '--progress', 'origin', ...what], root, options)
  }
  const target = known ? `refs/tags/${release}` : 'FETCH_HEAD'
  await git(['checkout', '--detach', target], root, options)
}

function dirty(root: string, lines: readonly string[]): SlimError {
  const files = lines.map((line) => line.slice(3))
  const more = files.length > 5 ? l10n.t(' and {0} more', files.length - 5) : ''
  return new SlimError(
    'git/dirty',
    l10n.t('{0} has changes of yours: {1}{2}.', root, files.slice(0, 5).join(', '), more),
    l10n.t('Commit or stash them first, or get the release into a folder of its own.'),
  )
}

/** How far a clone is, of git's progress line; undefined for another line. */
export function progressOf(
  line: string,
): { readonly what: string; readonly percent: number } | undefined {
  const [, what = '', percent] =
    /^(?:remote: )?([A-Z][a-z]+(?: [a-z]+)*):\s+(\d+)%/.exec(line) ?? []
  return percent === undefined ? undefined : { what, percent: Number(percent) }
}

function git(
  args: readonly string[],
  cwd: string | undefined,
  { signal, onLine }: GitOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...args], {
      ...(cwd === undefined ? {} : { cwd }),
      // No question that nobody would see, and messages that we understand.
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(signal ? { signal } : {}),
    })
    let said = ''
    const errors: string[] = []
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      // Progress replaces its line.
      for (const line of chunk.split(/[\r\n]+/).filter(Boolean)) {
        onLine?.(line)
        if (!progressOf(line)) errors.push(line)
      }
    })
    child.once('error', (error) => reject(signal?.aborted ? error : missing(error)))
    child.once('close', (code) => {
      if (code === 0) resolve(said.trimEnd())
      else reject(gitError(args, errors))
    })
  })
}

function missing(error: Error): SlimError {
  return new SlimError(
    'git/missing',
    l10n.t('git cannot be started: {0}', error.message),
    l10n.t('Install git, or download a release from {0}/tags and unzip it.', repository),
  )
}

/** What git's words mean. */
export function gitError(args: readonly string[], lines: readonly string[]): SlimError {
  const text = lines.join('\n')
  const offline =
    /could not resolve|unable to access|connection|timed out|network|early eof|hung up/i.test(text)
  const last = lines.findLast((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? ''
  return new SlimError(
    offline ? 'git/offline' : 'git/failed',
    l10n.t('git {0}: {1}', args[0] ?? '', last),
    offline
      ? l10n.t(
          'Check the network and the proxy (git config http.proxy), or unzip a release that you have: it is detected without git.',
        )
      : l10n.t('The log has what git said.'),
  )
}
