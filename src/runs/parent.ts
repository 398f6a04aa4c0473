import { findParent, trainingRunOf } from './lineage'
import { type RunSnapshot, readRuns } from './snapshot'
import { runOfFile, type StoredRun } from './store'

/** Where a new run looks for the one that it starts from. */
export type ParentPlaces = {
  /** The checkout or workspace folder. */
  readonly root: string
  /** Folder that holds the new run: `--project`. */
  readonly project: string
  /** Further folders of runs. */
  readonly projects?: readonly string[] | undefined
}

/**
 * The run that made the weights; undefined when none is known. Only for weights of no telling name are all logs read.
 */
export async function parentOf(
  weights: string,
  { root, project, projects = [] }: ParentPlaces,
): Promise<StoredRun | undefined> {
  const trained = await trainedRun(weights)
  return trained ?? foundRun(weights, await readRuns(root, { projects: [...projects, project] }))
}

/** The same, among runs that were read already. */
export async function parentAmong(
  weights: string,
  runs: readonly RunSnapshot[],
): Promise<StoredRun | undefined> {
  return (await trainedRun(weights)) ?? foundRun(weights, runs)
}

/** The run whose folder the weights lie in, where they are named as training names its own. */
function trainedRun(weights: string): Promise<StoredRun | undefined> {
  return ifReadable(trainingRunOf(weights))
}

/** The run that `findParent` finds, else the one whose folder the weights lie in. */
async function foundRun(
  weights: string,
  runs: readonly RunSnapshot[],
): Promise<StoredRun | undefined> {
  const id = await findParent(weights, runs)
  return runs.find(({ manifest }) => manifest.id === id) ?? ifReadable(runOfFile(weights))
}

/** Lineage is a help: a run whose manifest is damaged has no children, but stops nobody. */
function ifReadable(found: Promise<StoredRun | undefined>): Promise<StoredRun | undefined> {
  return found.catch(() => undefined)
}
