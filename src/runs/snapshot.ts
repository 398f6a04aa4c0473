import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { EventReader } from './eventLog'
import type { RunManifest, RunState } from './manifest'
import type { Liveness } from './processIdentity'
import { runLiveness } from './runLiveness'
import {
  digestEvents,
  emptyDigest,
  isEnded,
  type RunDigest,
  type RunOutput,
  type RunSummary,
  runState,
  summarize,
} from './state'
import { type ListOptions, listRuns, readManifest, runFiles, scriptProject } from './store'

/** Everything that is shown of a run at one moment. */
export type RunSnapshot = {
  readonly runDir: string
  /** Folder name, e.g. `yolov5s-sparse2`. */
  readonly name: string
  readonly manifest: RunManifest
  readonly digest: RunDigest
  readonly state: RunState
  readonly summary: RunSummary
  /** Another machine that it goes on on; undefined for what goes on here, or has ended. */
  readonly elsewhere?: string
}

/**
 * Reads one run: manifest, log and whether its process lives.
 *
 * @throws SlimError `runs/no-manifest`, `runs/bad-manifest`
 */
export async function readRun(runDir: string): Promise<RunSnapshot> {
  const manifest = await readManifest(runDir)
  // The log of a process that is gone by now holds its last word.
  const alive = await runLiveness(runDir, manifest)
  return snapshot(runDir, manifest, await readDigest(runDir), alive)
}

/** Reads every readable run below `root`, newest first. */
export async function readRuns(root: string, options: ListOptions = {}): Promise<RunSnapshot[]> {
  const { runs } = await listRuns(root, options)
  const snapshots: RunSnapshot[] = []
  for (const { runDir, manifest } of runs) {
    const alive = await runLiveness(runDir, manifest)
    snapshots.push(snapshot(runDir, manifest, await readDigest(runDir), alive))
  }
  return snapshots
}

/** Folds the whole log of a run, a chunk at a time; a digest takes nothing from `gamma` events. */
export async function readDigest(runDir: string): Promise<RunDigest> {
  let digest = emptyDigest
  for await (const batch of new EventReader(runFiles(runDir).events, ['gamma']).readAll()) {
    digest = digestEvents(batch.events, batch.reset ? emptyDigest : digest)
  }
  return digest
}

/** Puts together what was read; pure. */
export function snapshot(
  runDir: string,
  manifest: RunManifest,
  digest: RunDigest,
  alive: Liveness,
): RunSnapshot {
  const found = withOwnCheckpoints(runDir, manifest, digest)
  const state = runState(manifest, found, alive)
  const summary = summarize(manifest, found, state)
  const isElsewhere = alive === 'elsewhere' && !isEnded(state)
  const host = (manifest.process ?? manifest.starter)?.host ?? '?'
  return {
    ...{ runDir, name: basename(runDir), manifest, digest: found, state, summary },
    ...(isElsewhere ? { elsewhere: host } : {}),
  }
}

/** Whether a run is in the state that it was in, and on the same machine. */
export function isSameState(run: RunSnapshot, before: RunSnapshot | undefined): boolean {
  return run.state === before?.state && run.elsewhere === before.elsewhere
}

/** Whether it can be stopped from here: a process only on its own machine, what waits by what is written of it. */
export function isStoppable({ state, elsewhere }: RunSnapshot): boolean {
  return !isEnded(state) && (elsewhere === undefined || state === 'queued')
}

/**
 * A training's checkpoints lie in its own `weights/`, wherever that folder was moved since they were logged: renamed,
 * or copied from a server. A script of the workspace may have written to a folder of its own choice instead.
 */
function withOwnCheckpoints(runDir: string, manifest: RunManifest, digest: RunDigest): RunDigest {
  const { last, best } = digest.checkpoints
  const own = (output: RunOutput): RunOutput => {
    if (manifest.engine === 'scripts' && !isOfRunFolder(output.path, manifest)) return output
    const [, file] = /(?:^|[\\/])weights[\\/]([^\\/]+)$/.exec(output.path) ?? []
    return file === undefined ? output : { ...output, path: join(runDir, 'weights', file) }
  }
  if (!last && !best) return digest
  const moved = { ...(last ? { last: own(last) } : {}), ...(best ? { best: own(best) } : {}) }
  return { ...digest, checkpoints: { ...digest.checkpoints, ...moved } }
}

/**
 * Whether a script saved a checkpoint in its run's folder, as that was called then. Logs name it below `cwd`, through
 * whatever links, and as the system that it ran on writes paths; of its real path only the name is the same.
 */
function isOfRunFolder(path: string, { cwd, process }: RunManifest): boolean {
  const name = partsOf(process?.folder ?? '').slice(-1)
  return isDeepStrictEqual(partsOf(path).slice(0, -2), [...partsOf(cwd), ...scriptProject, ...name])
}

/** Names in a path of any system. */
function partsOf(path: string): readonly string[] {
  return path.split(/[\\/]/).filter((part) => part !== '')
}
