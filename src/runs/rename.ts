import { readFile, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import * as l10n from '@vscode/l10n'
import { writeFileAtomically } from '../core/disk/writeFileAtomically'
import { SlimError } from '../core/errors'
import { appendEvent } from './eventLog'
import type { RunManifest } from './manifest'
import { type RunSnapshot, readRun } from './snapshot'
import { isEnded } from './state'
import { runFiles, updateManifest } from './store'

/**
 * Renames the folder of a run that has ended, and mends what names it: its manifest, the options that a resume reads
 * (`opt.yaml`, `slim/runner.json`), and of other runs the paths of what they started from or wrote there. Lineage goes
 * by ids, and a run's own checkpoints are found in its folder, so logs stay as they are.
 *
 * @param others runs whose manifests may name it
 * @returns the new folder
 * @throws SlimError `runs/in-use`, `runs/name-taken`; `disk/full`, `disk/read-only` where the run's own files cannot be
 *   written: then it has its old name
 */
export async function renameRun(
  runDir: string,
  name: string,
  others: readonly RunSnapshot[],
): Promise<string> {
  const target = join(dirname(runDir), name)
  const before = await readRun(runDir)
  if (!isEnded(before.state)) {
    throw new SlimError(
      'runs/in-use',
      l10n.t('{0} is still running.', runDir),
      l10n.t('Rename it once it has ended.'),
    )
  }
  if (await stat(target).catch(() => undefined)) {
    throw new SlimError(
      'runs/name-taken',
      l10n.t('{0} is there already.', target),
      l10n.t('Choose another name.'),
    )
  }
  const moved = movedPath(runDir, target)
  const options = await mendedOptions(runDir, target)
  await rename(runDir, target)
  const written: Mended[] = []
  try {
    for (const one of options) {
      await writeFileAtomically(moved(one.file), one.after)
      written.push(one)
    }
    await updateManifest(target, (manifest) => {
      const named = {
        ...manifest,
        commandLine: renamedWords(manifest.commandLine, basename(runDir), name),
      }
      return movedManifest(named, moved)
    })
  } catch (error) {
    // A resume would write into the folder that the one or the other file names.
    await rename(target, runDir).catch(() => undefined)
    for (const one of written) {
      await writeFileAtomically(one.file, one.before).catch(() => undefined)
    }
    throw error
  }
  for (const other of others) {
    if (other.runDir !== runDir) await mendOther(other, moved)
  }
  return target
}

/** Maps a path in the old folder to the new one; others stay. */
type Move = (path: string) => string

function movedPath(from: string, to: string): Move {
  return (path) => {
    if (path === from) return to
    return path.startsWith(from + sep) ? join(to, relative(from, path)) : path
  }
}

function renamedWords(words: readonly string[], before: string, name: string): readonly string[] {
  return words.map((word, i) => {
    if (word === before && words[i - 1] === '--name') return name
    return word === `--name=${before}` ? `--name=${name}` : word
  })
}

/** A manifest whose words and inputs lie in the new folder. Relative words stay relative. */
export function movedManifest(manifest: RunManifest, moved: Move): RunManifest {
  const { commandLine, cwd, provenance } = manifest
  const word = (text: string): string => {
    const full = resolve(cwd, text)
    const after = moved(full)
    if (after === full) return text
    return resolve(text) === text ? after : relative(cwd, after)
  }
  const sha256 = Object.fromEntries(
    Object.entries(provenance.sha256).map(([role, input]) => [
      role,
      { ...input, path: moved(input.path) },
    ]),
  )
  return { ...manifest, commandLine: commandLine.map(word), provenance: { ...provenance, sha256 } }
}

async function mendOther(run: RunSnapshot, moved: Move): Promise<void> {
  const { runDir, manifest, digest } = run
  const after = movedManifest(manifest, moved)
  if (JSON.stringify(after) !== JSON.stringify(manifest)) {
    await updateManifest(runDir, (current) => movedManifest(current, moved))
  }
  const { pruned } = digest.checkpoints
  if (pruned && moved(pruned.path) !== pruned.path) {
    const path = moved(pruned.path)
    await appendEvent(runFiles(runDir).events, {
      ...{ type: 'checkpoint', path, kind: 'pruned', bytes: pruned.bytes },
    })
  }
}

/** A file of the run with its text of before and after. */
type Mended = { readonly file: string; readonly before: string; readonly after: string }

/** What a resume reads: train.py takes its folder from opt.yaml, in every release. */
async function mendedOptions(runDir: string, target: string): Promise<readonly Mended[]> {
  const moved = movedPath(runDir, target)
  const mended = async (file: string, mend: (text: string) => string): Promise<Mended[]> => {
    const before = await readFile(file, 'utf8').catch(() => undefined)
    return before === undefined ? [] : [{ file, before, after: mend(before) }]
  }
  const json = (text: string): string => {
    const config: unknown = JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' ? moved(value) : value,
    )
    return `${JSON.stringify(config, null, 2)}\n`
  }
  return [
    ...(await mended(join(runDir, 'opt.yaml'), (text) =>
      movedOptions(text, runDir, target, basename(target)),
    )),
    ...(await mended(runFiles(runDir).runnerConfig, json)),
  ]
}

/** opt.yaml with `name` and every path in the old folder changed; its lines are `key: value`, as PyYAML writes them. */
export function movedOptions(text: string, before: string, runDir: string, name: string): string {
  const old = basename(before)
  return text
    .split('\n')
    .map((line) => {
      const [, key, value] = /^(\w+): (.*)$/.exec(line) ?? []
      if (key === undefined || value === undefined) return line
      if (key === 'name' && (value === old || value === `'${old}'`)) return `name: ${quoted(name)}`
      if (key === 'save_dir') {
        return `save_dir: ${quoted(join(dirname(value.replace(/^'(.*)'$/, '$1')), name))}`
      }
      return value.startsWith(before + sep)
        ? `${key}: ${join(runDir, relative(before, value))}`
        : line
    })
    .join('\n')
}

/** A plain scalar where YAML reads it as text, else single-quoted. */
function quoted(text: string): string {
  return /^[A-Za-z_/.][\w./-]*$/.test(text) && !/^(?:true|false|yes|no|on|off|null)$/i.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'`
}
