import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import * as l10n from '@vscode/l10n'
import { errorCode } from '../core/disk/diskErrors'
import { tryWhileHeldOpen } from '../core/disk/heldOpen'
import { writeFileAtomically } from '../core/disk/writeFileAtomically'
import { SlimError } from '../core/errors'
import { withFileLock } from './fileLock'
import type { RunManifest } from './manifest'
import { parseManifest } from './manifestCheck'

/** A run on disk: its folder (absolute, symlinks resolved where possible) and what its manifest says. */
export type StoredRun = { readonly runDir: string; readonly manifest: RunManifest }

/** Where a run keeps its files. */
export type RunFiles = {
  readonly slimDir: string
  readonly manifest: string
  readonly events: string
  /** Everything the child printed, stdout and stderr together. */
  readonly output: string
  readonly runnerConfig: string
}

/** Below the checkout: where the folders of runs of the workspace's own scripts are made. */
export const scriptProject: readonly string[] = ['runs', 'train']

/** Paths of the files of the run in `runDir`; nothing is created. */
export function runFiles(runDir: string): RunFiles {
  const slimDir = join(runDir, 'slim')
  return {
    slimDir,
    manifest: join(slimDir, 'run.json'),
    events: join(slimDir, 'events.jsonl'),
    output: join(slimDir, 'output.log'),
    runnerConfig: join(slimDir, 'runner.json'),
  }
}

/** A new run id: sorts by time, unique without coordination. */
export function newRunId(now = Date.now()): string {
  const stamp = new Date(now).toISOString().replace(/\D/g, '').slice(0, 14)
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-${randomBytes(4).toString('hex')}`
}

/**
 * Creates `<project>/<name>` and its `slim/`, or `<name>2`, `<name>3`, … when taken, as YOLOv5's
 * `increment_path` numbers them. Exclusive: two callers never get the same folder.
 *
 * @returns the absolute path of the run folder
 * @throws SlimError `runs/name` for a name that is no folder name, `runs/cannot-create` when the disk refuses
 */
export async function createRunFolder(project: string, name: string): Promise<string> {
  checkRunName(name)
  return guardCreation(project, async () => {
    for (let n = 1; ; n++) {
      const runDir = resolve(project, n === 1 ? name : `${name}${n}`)
      await mkdir(dirname(runDir), { recursive: true })
      try {
        await mkdir(runDir)
      } catch (error) {
        if (errorCode(error) === 'EEXIST') continue
        throw error
      }
      await mkdir(runFiles(runDir).slimDir)
      return runDir
    }
  })
}

/**
 * `--exist-ok`: uses `<project>/<name>` whether or not it is there. What an earlier run left in `slim/` is moved
 * to `slim.<its id>/`, so that one folder never mixes two logs. The caller checks that no run is alive in it.
 *
 * @throws SlimError `runs/name`, `runs/cannot-create`
 */
export async function reuseRunFolder(project: string, name: string): Promise<string> {
  checkRunName(name)
  return guardCreation(project, async () => {
    const runDir = resolve(project, name)
    const { slimDir } = runFiles(runDir)
    await mkdir(runDir, { recursive: true })
    const earlier = await readManifest(runDir).catch(() => undefined)
    if (earlier) await rename(slimDir, `${slimDir}.${earlier.id}`)
    await mkdir(slimDir, { recursive: true })
    return runDir
  })
}

/**
 * Reads a run's manifest.
 *
 * @throws SlimError `runs/no-manifest` when the folder holds none, `runs/bad-manifest` when it is unreadable
 */
export async function readManifest(runDir: string): Promise<RunManifest> {
  const path = runFiles(runDir).manifest
  let text: string
  try {
    text = await tryWhileHeldOpen(() => readFile(path, 'utf8'))
  } catch (error) {
    throw new SlimError(
      'runs/no-manifest',
      l10n.t('{0} cannot be read, so {1} is not a run of YOLOv5 Slim.', path, runDir),
      l10n.t('List the runs with "yolov5-slim runs" and name one of them.'),
      { cause: error },
    )
  }
  const manifest = parseManifest(text)
  if (manifest) return manifest
  throw new SlimError(
    'runs/bad-manifest',
    l10n.t('{0} is not a run manifest that this version understands.', path),
    l10n.t('Delete the slim folder beside it, or open it with the version that wrote it.'),
  )
}

/** Writes the manifest aside, syncs and renames it, so that a reader sees the old one or the new one. */
export async function writeManifest(runDir: string, manifest: RunManifest): Promise<void> {
  const { manifest: path, slimDir } = runFiles(runDir)
  await mkdir(slimDir, { recursive: true })
  await writeFileAtomically(path, `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Reads, changes and writes the manifest while no other process does the same. */
export async function updateManifest(
  runDir: string,
  change: (manifest: RunManifest) => RunManifest,
): Promise<RunManifest> {
  return withFileLock(runFiles(runDir).manifest, async () => {
    const manifest = change(await readManifest(runDir))
    await writeManifest(runDir, manifest)
    return manifest
  })
}

export type RunListing = {
  /** Newest first. */
  readonly runs: readonly StoredRun[]
  readonly unreadable: readonly { readonly runDir: string; readonly error: SlimError }[]
}

export type ListOptions = {
  /**
   * Folders whose children are run folders, absolute or relative to the root. Default: every folder under
   * `runs/`, as YOLOv5 lays them out (`runs/train/<name>`), and `runs/` itself.
   */
  readonly projects?: readonly string[]
}

/** Finds the runs below `root` (a checkout or workspace folder). Unreadable ones are reported, never fatal. */
export async function listRuns(root: string, options: ListOptions = {}): Promise<RunListing> {
  const extra = (options.projects ?? []).map((project) => resolve(root, project))
  const projects = [join(root, 'runs'), ...(await subfolders(join(root, 'runs'))), ...extra]
  const runs = new Map<string, StoredRun>()
  const unreadable: { runDir: string; error: SlimError }[] = []
  for (const project of new Set(projects)) {
    for (const runDir of await subfolders(project)) {
      if (!(await isFile(runFiles(runDir).manifest))) continue
      try {
        const manifest = await readManifest(runDir)
        runs.set(await realpath(runDir), { runDir, manifest })
      } catch (error) {
        if (!(error instanceof SlimError)) throw error
        unreadable.push({ runDir, error })
      }
    }
  }
  return {
    runs: [...runs.values()].sort((a, b) => b.manifest.createdAt - a.manifest.createdAt),
    unreadable,
  }
}

/**
 * Finds one run by what a person typed: a run folder or a file in it, a run id (or its unique beginning), or a
 * folder name, of which the newest wins.
 *
 * @throws SlimError `runs/not-found`, `runs/ambiguous`, `runs/bad-manifest`
 */
export async function findRun(
  root: string,
  reference: string,
  options: ListOptions = {},
): Promise<StoredRun> {
  const byPath = await runAt(resolve(reference))
  if (byPath) return byPath
  const { runs } = await listRuns(root, options)
  const exact = runs.find(
    ({ runDir, manifest }) => manifest.id === reference || basename(runDir) === reference,
  )
  if (exact) return exact
  const starting =
    reference.length < 4 ? [] : runs.filter(({ manifest }) => manifest.id.startsWith(reference))
  const [only, another] = starting
  if (only && !another) return only
  if (another) {
    throw new SlimError(
      'runs/ambiguous',
      l10n.t('{0} runs have an id that begins with {1}.', starting.length, reference),
      l10n.t('Type more of the id; "yolov5-slim runs" lists them.'),
    )
  }
  throw new SlimError(
    'runs/not-found',
    l10n.t('There is no run {0} under {1}.', reference, root),
    l10n.t('List the runs with "yolov5-slim runs" and name one of them.'),
  )
}

/**
 * The run whose folder is, or contains, what lies at `path`. Undefined also when nothing lies there: within a run's folder
 * the name of another run would else be taken for a file of this one.
 */
export async function runAt(path: string): Promise<StoredRun | undefined> {
  const real = await realpath(path).catch(() => undefined)
  return real === undefined ? undefined : runOfFile(real)
}

/** The run whose folder is, or contains, `path`, whether or not that is there; undefined when none is. */
export async function runOfFile(path: string): Promise<StoredRun | undefined> {
  const real = await realpath(path).catch(() => resolve(path))
  for (let folder = real; ; folder = dirname(folder)) {
    if (await isFile(runFiles(folder).manifest)) {
      return { runDir: folder, manifest: await readManifest(folder) }
    }
    if (dirname(folder) === folder) return undefined
  }
}

/** A folder as it is compared: whoever names it may go through a link. */
export async function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => resolve(folder))
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => join(folder, entry.name))
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  )
}

function checkRunName(name: string): void {
  // A name may hold folders, as YOLOv5 allows, but may not leave the project.
  const parts = name.split(/[\\/]/)
  if (name !== '' && !parts.some((part) => part === '' || part === '.' || part === '..')) return
  throw new SlimError(
    'runs/name',
    l10n.t('--name "{0}" is not a folder name.', name),
    l10n.t('Give a name such as yolov5s-sparse.'),
  )
}

async function guardCreation<T>(project: string, create: () => Promise<T>): Promise<T> {
  try {
    return await create()
  } catch (error) {
    if (error instanceof SlimError) throw error
    throw new SlimError(
      'runs/cannot-create',
      l10n.t(
        'A run folder cannot be created in {0}: {1}.',
        project,
        errorCode(error) ?? String(error),
      ),
      l10n.t('Check that the folder is writable and the disk has room, or give --project.'),
      { cause: error },
    )
  }
}
