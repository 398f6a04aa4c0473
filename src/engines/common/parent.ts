import { findParent, trainingRunOf } from '../../runs/lineage'
import { readRuns } from '../../runs/snapshot'
import { runOfFile } from '../../runs/store'

/** Id of the run that made the weights. Only for weights of no telling name are all logs read. */
export async function parentOf(
  weights: string,
  root: string,
  projects: readonly string[] = [],
): Promise<string | undefined> {
  const holder = await trainingRunOf(weights)
  if (holder) return holder.manifest.id
  const runs = await readRuns(root, { projects })
  return (await findParent(weights, runs)) ?? (await runOfFile(weights))?.manifest.id
}
