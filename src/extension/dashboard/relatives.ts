import { ancestorsOf } from '../../runs/ancestors'
import { readRun } from '../../runs/snapshot'

export type Relatives = {
  /** Folders of the runs and of those that they descend from: each after its ancestors. */
  readonly all: readonly string[]
  /** mAP50 of what a run started from, by its folder. */
  readonly before: ReadonlyMap<string, number>
}

/** Runs with their lineage. One whose folder is gone is left as it is: its charts will say so. */
export async function relativesOf(runDirs: readonly string[]): Promise<Relatives> {
  const all = new Set<string>()
  const before = new Map<string, number>()
  for (const runDir of runDirs) {
    const ancestors = await ancestorsOf(runDir).catch(() => [])
    for (const ancestor of ancestors) all.add(ancestor.runDir)
    all.add(runDir)
    const parent = ancestors.at(-1)
    if (!parent) continue
    const score = await readRun(parent.runDir).then(
      ({ summary }) => summary.best?.mAP50 ?? summary.mAP50,
      () => undefined,
    )
    if (score !== undefined) before.set(runDir, score)
  }
  return { all: [...all], before }
}
