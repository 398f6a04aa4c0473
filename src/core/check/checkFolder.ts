import { resolve } from 'node:path'
import type { Finding } from '../finding'
import type { Detection } from '../yolov5/release'
import { checkText } from './checkFile'
import { type Clone, cloneOf } from './clone'
import { sizeLimit } from './kind'
import { checkCheckpoint, checkPlaces, type Places } from './placeCheck'
import { type Pairing, pairingOf, usedWith } from './project'
import type { Torch } from './pythonCheck'
import { inClone } from './stockFiles'
import { isCheckpoint, walk } from './walk'

/** Checkpoints of a clone that nothing names and that are read nevertheless, the first of them. */
const MAX_CHECKPOINTS = 50

export type FileReport = { readonly path: string; readonly findings: readonly Finding[] }

export type FolderOptions = {
  readonly places: Places
  readonly torch?: Torch
  /** Of the clone's runs, newest first. */
  readonly pairings?: readonly Pairing[]
  /** Text of a file as an editor has it, where that differs from the disk. */
  readonly edited?: (path: string) => string | undefined
  /** Roots of clones, which are walked on their own. */
  readonly others?: readonly string[]
  readonly isCancelled?: () => boolean
  readonly onFile?: (path: string) => void
}

/**
 * Checks a file's text and what it points to.
 *
 * @param path absolute
 */
export async function checkFile(
  text: string,
  path: string,
  clone: Clone,
  { places, torch, pairings = [] }: FolderOptions,
): Promise<readonly Finding[]> {
  const context = { torch, ...withData(clone, path, pairings) }
  const report = checkText(text, path, clone, context)
  return [...report.findings, ...(await checkPlaces(text, path, clone, report, places))]
}

function withData(clone: Clone, path: string, pairings: readonly Pairing[]) {
  const used = usedWith(clone, path, pairings)
  return used === undefined ? {} : { usedWith: used }
}

/** Whether a file is one of command lines, by its name. */
function hasCommands(path: string): boolean {
  return /\.(?:sh|bash|bat|cmd|ps1|ipynb)$/i.test(path)
}

/** What the command lines of scripts pair; they come after those of runs, which really happened. */
function pairingsIn(text: string, path: string, clone: Clone): readonly Pairing[] {
  // Reading a notebook for commands takes its time, and most name no model.
  if (!text.includes('--cfg')) return []
  return checkText(text, path, clone).invocations.flatMap(
    ({ args }) => pairingOf(args.map((word) => word.text)) ?? [],
  )
}

/**
 * Checks every file below `folder` that belongs to the detected clone, one after the other, giving way to others
 * between files. Yields the files with findings.
 *
 * @param folder the clone's root, or a folder or file that is checked for the clone
 */
export async function* checkFolder(
  detection: Detection,
  folder: string,
  options: FolderOptions,
): AsyncGenerator<FileReport> {
  const clone = cloneOf(detection)
  const { places, edited, others = [], isCancelled, onFile } = options
  const { files } = places
  const start = resolve(folder)
  const nested = (path: string): boolean => path !== detection.root && others.includes(path)
  const found: string[] = []
  const checkpoints: string[] = []
  const own = await files.stat(start)
  if (own?.folder === false) (isCheckpoint(start) ? checkpoints : found).push(start)
  else {
    for await (const { path, kind } of walk(start, files, nested)) {
      if (isCancelled?.()) return
      const isMeant = start !== detection.root || isPlain(clone, path)
      if (kind === 'text') found.push(path)
      else if (isMeant && checkpoints.length < MAX_CHECKPOINTS) checkpoints.push(path)
    }
  }
  const read = async (path: string): Promise<string | undefined> =>
    edited?.(path) ?? (await files.text(path, sizeLimit(path)))
  const pairings = [...(options.pairings ?? [])]
  for (const path of found) {
    const text = hasCommands(path) ? await read(path) : undefined
    if (text !== undefined) pairings.push(...pairingsIn(text, path, clone))
  }
  for (const path of found) {
    if (isCancelled?.()) return
    onFile?.(path)
    const text = await read(path)
    if (text === undefined) continue
    const findings = await checkFile(text, path, clone, { ...options, pairings })
    if (findings.length > 0) yield { path, findings }
    await pause()
  }
  for (const path of checkpoints) {
    if (isCancelled?.()) return
    onFile?.(path)
    const inside = inClone(clone, path)
    const shown = inside.startsWith('..') ? path : inside
    const findings = await checkCheckpoint(path, shown, clone, places)
    if (findings.length > 0) yield { path, findings }
  }
}

/**
 * Checkpoints lie in the root and in weights/; others are of runs, which belong to their own release, unless their
 * folder is named.
 */
function isPlain(clone: Clone, path: string): boolean {
  return /^(?:weights\/)?[^/]+$/.test(inClone(clone, path))
}

function pause(): Promise<void> {
  return new Promise((resume) => setImmediate(resume))
}
