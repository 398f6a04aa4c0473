import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { writeFileAtomically } from '../../core/disk/writeFileAtomically'
import { isManifest } from '../manifestCheck'
import { emptyDigest } from '../state'
import type { SavedEntry } from './entry'

/** Changes whenever a digest holds something else than before: what was saved is then read anew. */
const head = 'yolov5-slim runs 2'
/** Lines that are parsed at a stretch, a few milliseconds of them. */
const stretch = 500

/**
 * What `writeSavedRuns` wrote: ended runs by folder. A cache: what is missing, torn or of another version costs
 * nothing but reading those logs again.
 */
export async function readSavedRuns(path: string): Promise<ReadonlyMap<string, SavedEntry>> {
  const saved = new Map<string, SavedEntry>()
  const text = await readFile(path, 'utf8').catch(() => '')
  const [first, ...lines] = text.split('\n')
  if (first !== head) return saved
  for (const [i, line] of lines.entries()) {
    if (i % stretch === stretch - 1) await breathe()
    const item = parseLine(line)
    if (item) saved.set(item.runDir, item.entry)
  }
  return saved
}

/** Replaces the file in one step. */
export async function writeSavedRuns(
  path: string,
  saved: ReadonlyMap<string, SavedEntry>,
): Promise<void> {
  const parts = [head]
  for (const [runDir, entry] of saved) {
    if (parts.length % stretch === 0) await breathe()
    parts.push(JSON.stringify({ runDir, ...entry }))
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFileAtomically(path, `${parts.join('\n')}\n`)
}

function parseLine(line: string): { runDir: string; entry: SavedEntry } | undefined {
  try {
    const value = JSON.parse(line) as { runDir?: unknown } & Partial<SavedEntry>
    const { manifest, manifestMark, eventsMark, digest } = value
    if (typeof value.runDir !== 'string' || !isManifest(manifest) || !manifestMark) return undefined
    const entry = { manifestMark, eventsMark, manifest, digest: { ...emptyDigest, ...digest } }
    return { runDir: value.runDir, entry }
  } catch {
    return undefined
  }
}
