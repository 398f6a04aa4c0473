import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../core/disk/diskErrors'
import { runFiles } from '../store'
import { mapParallel } from './parallel'

/** Tells whether a file changed: time of its last change in milliseconds, bytes, and which file it is. */
export type FileMark = { readonly time: number; readonly size: number; readonly inode: number }

/** A run folder on disk, as far as its files' marks tell. */
export type FoundRun = {
  readonly runDir: string
  readonly manifest: FileMark
  /** Undefined while nothing is logged. */
  readonly events: FileMark | undefined
}

/**
 * The run folders below some roots, where YOLOv5 puts them: `runs/<name>` and `runs/<project>/<name>` of each root and
 * of each folder directly in it. Reads no file of a run.
 *
 * @returns by folder; a run that is reached on several ways appears once
 */
export async function findRunFolders(
  roots: readonly string[],
): Promise<ReadonlyMap<string, FoundRun>> {
  const projects = await projectFolders(roots)
  const candidates = (await mapParallel(projects, subfolders)).flat()
  const found = await mapParallel(candidates, async ({ path, link }) => {
    const run = await lookAt(path)
    if (!run) return undefined
    return { run, real: link ? await realpath(path).catch(() => path) : path }
  })
  const runs = new Map<string, FoundRun>()
  const reals = new Set<string>()
  for (const item of found) {
    if (!item || reals.has(item.real)) continue
    reals.add(item.real)
    runs.set(item.run.runDir, item.run)
  }
  return runs
}

/** The marks of one run folder; undefined when there is no run in it. */
export async function lookAt(runDir: string): Promise<FoundRun | undefined> {
  const files = runFiles(runDir)
  const manifest = await markOf(files.manifest)
  if (!manifest) return undefined
  return { runDir, manifest, events: await markOf(files.events) }
}

export function sameMark(a: FileMark | undefined, b: FileMark | undefined): boolean {
  return a?.time === b?.time && a?.size === b?.size && a?.inode === b?.inode
}

/** Folders whose children may be runs; one that is reached on several ways appears once. */
async function projectFolders(roots: readonly string[]): Promise<string[]> {
  const found = await mapParallel(roots, async (root) => {
    const holders = [root, ...(await subfolders(root)).map(({ path }) => path)]
    return (await mapParallel(holders, projectsIn)).flat()
  })
  const projects = new Map<string, string>()
  for (const path of new Set(found.flat())) {
    const real = await realpath(path).catch(() => path)
    if (!projects.has(real)) projects.set(real, path)
  }
  return [...projects.values()]
}

async function projectsIn(holder: string): Promise<string[]> {
  const runs = join(holder, 'runs')
  const inside = await foldersIn(runs)
  return inside ? [runs, ...inside.map(({ path }) => path)] : []
}

type Folder = { readonly path: string; readonly link: boolean }

async function subfolders(folder: string): Promise<readonly Folder[]> {
  return (await foldersIn(folder)) ?? []
}

const notThere = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP']

/** Undefined when the folder itself is not there; a disk that fails for the moment is an error. */
async function foldersIn(folder: string): Promise<readonly Folder[] | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .filter(({ name }) => name !== 'node_modules' && name !== '.git')
      .map((entry) => ({ path: join(folder, entry.name), link: entry.isSymbolicLink() }))
  } catch (error) {
    if (notThere.includes(errorCode(error) ?? '')) return undefined
    throw error
  }
}

async function markOf(path: string): Promise<FileMark | undefined> {
  const info = await stat(path).catch((error: unknown) => {
    if (notThere.includes(errorCode(error) ?? '')) return undefined
    throw error
  })
  if (!info) return undefined
  // An atomic replacement within the resolution of the clock still has another inode.
  return { time: info.mtimeMs, size: info.size, inode: info.ino }
}
