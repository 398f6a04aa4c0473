import { dirname } from 'node:path'
import type { RunManifest } from '../../runs/manifest'
import { readManifest } from '../../runs/store'

/** Share of channels that a run shrinks gammas for, 0 to 1; undefined for runs that are not sparse. */
export function aimOf({ stage, percent }: RunManifest): number | undefined {
  return stage === 'sparse' ? percent : undefined
}

/** The same of the run whose folder holds a checkpoint, in `weights/` as YOLOv5 lays it; undefined where none does. */
export async function aimAt(checkpoint: string): Promise<number | undefined> {
  return readManifest(dirname(dirname(checkpoint))).then(aimOf, () => undefined)
}
