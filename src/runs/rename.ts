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
 * @throws SlimError `runs/in-use`, `runs/name-taken`
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
  await rename(runDir, target)
  const moved = movedPath(runDir, target)
  await updateManifest(target, (manifest) => {
    const named = {
      ...manifest,
      commandLine: renamedWords(manifest.commandLine, basename(runDir), name),
    }
    return movedManifest(named, moved)
  })
  await mendOptions(target, runDir, name)
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

/** What a resume reads: train.py takes its folder from opt.yaml, in every release. */
async function mendOptions(runDir: string, before: string, name: string): Promise<void> {
  const yaml = join(runDir, 'opt.yaml')
  const text = await readFile(yaml, 'utf8').catch(() => undefined)
  if (text !== undefined) await writeFileAtomically(yaml, movedOptions(text, before, runDir, name))
  const json = runFiles(runDir).runnerConfig
  const config = await readFile(json, 'utf8').catch(() => undefined)
  if (config !== undefined) {
    const moved = movedPath(before, runDir)
    const mended: unknown = JSON.parse(config, (_, value: unknown) =>
      typeof value === 'string' ? moved(value) : value,
    )
    await writeFileAtomically(json, `${JSON.stringify(mended, null, 2)}\n`)
  }
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
