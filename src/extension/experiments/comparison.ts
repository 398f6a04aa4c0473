import type { RunSnapshot } from '../../runs/snapshot'

/** What a run is compared with, and how it compares. */
export type Comparison = {
  /** The run that the lineage began with, as far as it has a score or a size. */
  readonly origin: RunSnapshot | undefined
  /** Points of mAP50_95 (0 to 100) more than the origin's. */
  readonly points?: number
  /** Share of the origin's bytes more; −0.6 is 60 % smaller. */
  readonly bytes?: number
}

/** A run's ancestors, the nearest first. */
export function ancestorsIn(
  run: RunSnapshot,
  byId: ReadonlyMap<string, RunSnapshot>,
): readonly RunSnapshot[] {
  const found: RunSnapshot[] = []
  let at = byId.get(run.manifest.parent ?? '')
  while (at && at !== run && !found.includes(at)) {
    found.push(at)
    at = byId.get(at.manifest.parent ?? '')
  }
  return found
}

/**
 * Compares a run with the origin of its lineage, the baseline in most: what slimming has cost and brought in all.
 * Compared with its parent a finetuned model would look like a gain, and rounds could not be compared at all.
 */
export function compareWithOrigin(
  run: RunSnapshot,
  byId: ReadonlyMap<string, RunSnapshot>,
): Comparison {
  const ancestors = ancestorsIn(run, byId)
  const scored = ancestors.findLast(({ summary }) => summary.mAP50_95 !== undefined)
  const sized = ancestors.findLast((ancestor) => lastingBytes(ancestor) !== undefined)
  const points = difference(run.summary.mAP50_95, scored?.summary.mAP50_95)
  const before = sized ? lastingBytes(sized) : run.digest.pruned?.bytes.before
  const after = lastingBytes(run)
  return {
    origin: scored ?? sized,
    ...(points === undefined ? {} : { points: points * 100 }),
    ...(after === undefined || !before ? {} : { bytes: after / before - 1 }),
  }
}

/**
 * Bytes of the checkpoint that a run leaves; undefined while it holds the optimizer's state too, which is several
 * times the model's.
 */
export function lastingBytes({ manifest, state, summary }: RunSnapshot): number | undefined {
  return manifest.stage === 'prune' || state === 'finished' ? summary.bytes : undefined
}

function difference(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b
}
