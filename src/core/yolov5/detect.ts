import { type Dirent, promises as fs } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'
import { isPackaged, probe, slimmingScripts } from './capabilities'
import { fingerprint } from './fingerprint'
import { type GitEvidence, gitEvidence } from './git'
import { isYolov5, REQUIRED } from './identity'
import { modelFiles } from './modelModules'
import type { Detection } from './release'
import { readSources, type Sources } from './sources'

/** Folders that never hold a checkout worth finding, and may hold a great many files. */
const SKIPPED = /^(?:\.|node_modules$|__pycache__$|site-packages$|venv$|runs$|wandb$|datasets$)/

const MAX_CHILDREN = 200
const MAX_ANCESTORS = 8

async function exists(path: string): Promise<boolean> {
  try {
    await fs.access(path)
    return true
  } catch {
    return false
  }
}

/** Cheap test that spares most folders the reading: the files that every release has. */
async function looksLikeCheckout(dir: string): Promise<boolean> {
  for (const path of REQUIRED) if (!(await exists(join(dir, path)))) return false
  return true
}

function packageEvidence(sources: Sources, release: string): string {
  const version = /__version__\s*=\s*["']([^"']+)["']/.exec(sources.text('__init__.py'))?.[1]
  return version === undefined
    ? l10n.t('the pip package: train.py imports yolov5.…; its sources match {0}', release)
    : l10n.t(
        'the pip package, version {0}: train.py imports yolov5.…; its sources match {1}',
        version,
        release,
      )
}

function gitSentence({ commit, tag, branch }: GitEvidence): string | undefined {
  if (commit === undefined) return undefined
  const short = commit.slice(0, 7)
  if (tag !== undefined) return l10n.t('git: HEAD is tag {0} ({1})', tag, short)
  return branch === undefined
    ? l10n.t('git: HEAD is {0}', short)
    : l10n.t('git: branch {0} at {1}', branch, short)
}

/**
 * Detects the YOLOv5 checkout whose root is exactly `root`, from source text alone: nothing is executed, no
 * file over 1 MB is read, and git is not needed. Undefined when `root` is no YOLOv5 checkout.
 */
export async function detectCheckout(root: string): Promise<Detection | undefined> {
  const absolute = resolve(root)
  if (!(await looksLikeCheckout(absolute))) return undefined
  const sources = readSources(absolute, modelFiles)
  if (!isYolov5(sources)) return undefined
  const git = gitEvidence(absolute)
  const packaged = isPackaged(sources)
  const { release, confidence, evidence } = fingerprint(sources, packaged, git.tag)
  const scripts = slimmingScripts(sources)
  const commit = gitSentence(git)
  return {
    root: absolute,
    release,
    confidence,
    evidence: [
      ...(packaged ? [packageEvidence(sources, release)] : []),
      ...evidence,
      ...(scripts.length === 0
        ? []
        : [l10n.t('scripts for slimming in the root: {0}', scripts.join(', '))]),
      ...(commit === undefined ? [] : [commit]),
    ],
    capabilities: probe(sources),
  }
}

async function children(dir: string): Promise<readonly string[]> {
  let entries: readonly Dirent[]
  try {
    entries = await fs.readdir(dir, { withFileTypes: true })
  } catch {
    return []
  }
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !SKIPPED.test(entry.name))
    .map((entry) => join(dir, entry.name))
    .sort()
    .slice(0, MAX_CHILDREN)
}

async function detectAll(dirs: readonly string[]): Promise<readonly Detection[]> {
  const found = await Promise.all(dirs.map(detectCheckout))
  return found.filter((detection) => detection !== undefined)
}

/**
 * The checkouts that working in `dir` is about, nearest first:
 * `dir` itself; else those directly under it; else those two levels down (a zip unpacked into a folder of its
 * own name); else the checkout that `dir` lies in, looking up at most eight levels. Sorted by path.
 */
export async function findCheckouts(dir: string): Promise<readonly Detection[]> {
  const start = resolve(dir)
  const own = await detectCheckout(start)
  if (own !== undefined) return [own]
  const below = await children(start)
  const nested = await detectAll(below)
  if (nested.length > 0) return nested
  const deeper = await detectAll((await Promise.all(below.map(children))).flat())
  if (deeper.length > 0) return deeper
  let up = dirname(start)
  for (let n = 0; n < MAX_ANCESTORS && up !== dirname(up); n++, up = dirname(up)) {
    const around = await detectCheckout(up)
    if (around !== undefined) return [around]
  }
  return []
}

/** The error for a folder in and around which {@link findCheckouts} found nothing. */
export function notFoundError(dir: string): SlimError {
  const path = resolve(dir)
  return new SlimError(
    'detect/not-found',
    l10n.t(
      '{0} is not a YOLOv5 checkout: looked there, two levels below and in the folders above for {1}, in which train.py or models/ name YOLOv5.',
      path,
      REQUIRED.join(', '),
    ),
    l10n.t('Name the folder that holds YOLOv5’s train.py, or clone or unzip YOLOv5 there.'),
  )
}
