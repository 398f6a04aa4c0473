import { open, realpath, stat } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import type { RunManifest } from './manifest'
import { sha256OfFile } from './provenance'
import type { RunDigest } from './state'
import { runOfFile, type StoredRun } from './store'

/** What lineage needs of a run; a RunSnapshot is one. */
export type LineageRun = {
  readonly runDir: string
  readonly manifest: RunManifest
  readonly digest: RunDigest
}

/**
 * The run whose folder holds a checkpoint that training itself names so; spares reading all logs. Another file
 * there, such as `pruned.pt`, may be the output of a later prune.
 */
export async function trainingRunOf(weights: string): Promise<StoredRun | undefined> {
  const real = await realOf(weights)
  return /^(?:last|best|epoch\d+)\.pt$/.test(basename(real)) ? runOfFile(real) : undefined
}

/**
 * The id of the run that made the checkpoint `weights`: one that names it as an output, else the one whose
 * folder holds it, else one with an output of the same content (a copy). Undefined when none did.
 *
 * @param runs newest first, as `readRuns` gives them; of several the newest wins
 */
export async function findParent(
  weights: string,
  runs: readonly LineageRun[],
): Promise<string | undefined> {
  const real = await realOf(weights)
  for (const run of runs) {
    for (const path of namedOutputs(run)) {
      if ((await realOf(path)) === real) return run.manifest.id
    }
  }
  for (const run of runs) {
    if (real.startsWith((await realOf(run.runDir)) + sep)) return run.manifest.id
  }
  const size = await sizeOf(real)
  let sum: string | undefined
  for (const run of runs) {
    for (const output of outputsOf(run)) {
      const path = await realOf(output)
      if (size === undefined || (await sizeOf(path)) !== size) continue
      if (!(await sameMiddle(real, path, size))) continue
      sum ??= await sha256OfFile(real)
      if ((await sha256OfFile(path)) === sum) return run.manifest.id
    }
  }
  return undefined
}

/** A run and those that start from its checkpoints, oldest first. */
export type LineageNode<R extends LineageRun> = {
  readonly run: R
  readonly children: readonly LineageNode<R>[]
}

/**
 * Arranges runs as trees. A run whose parent is gone, or is its own descendant, is a root. Of copies of a run, which
 * have one id, only the last has the children.
 */
export function lineageTrees<R extends LineageRun>(runs: readonly R[]): LineageNode<R>[] {
  const byId = new Map(runs.map((run) => [run.manifest.id, run]))
  const isRoot = (run: R): boolean => {
    const seen = new Set<string>()
    for (let at: R | undefined = run; at; at = byId.get(at.manifest.parent ?? '')) {
      if (seen.has(at.manifest.id)) return at === run
      seen.add(at.manifest.id)
    }
    return !byId.has(run.manifest.parent ?? '')
  }
  const roots = new Set(runs.filter(isRoot))
  const ordered = [...runs].sort((a, b) => a.manifest.createdAt - b.manifest.createdAt)
  const children = new Map<R, R[]>()
  for (const run of ordered) {
    const parent = byId.get(run.manifest.parent ?? '')
    if (!parent || roots.has(run)) continue
    const siblings = children.get(parent)
    if (siblings) siblings.push(run)
    else children.set(parent, [run])
  }
  const node = (run: R): LineageNode<R> => ({
    run,
    children: (children.get(run) ?? []).map(node),
  })
  return ordered.filter((run) => roots.has(run)).map(node)
}

function namedOutputs({ runDir, digest }: LineageRun): string[] {
  return Object.values(digest.checkpoints).map(({ path }) => resolve(runDir, path))
}

function outputsOf(run: LineageRun): string[] {
  const weights = ['best.pt', 'last.pt'].map((name) => join(run.runDir, 'weights', name))
  return [...new Set([...namedOutputs(run), ...weights])]
}

async function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path))
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (info) => (info.isFile() ? info.size : undefined),
    () => undefined,
  )
}

/** Checkpoints of one architecture have one size; a glance at the middle spares hashing them all. */
async function sameMiddle(a: string, b: string, size: number): Promise<boolean> {
  const [x, y] = await Promise.all([middle(a, size), middle(b, size)])
  return x.equals(y)
}

async function middle(path: string, size: number): Promise<Buffer> {
  const length = Math.min(size, 64 << 10)
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(length),
      position: Math.floor((size - length) / 2),
    })
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
