import { existsSync } from 'node:fs'
import type { Detection } from '../../core/yolov5/release'
import type { StoredRun } from '../../runs/store'
import { checkoutOf } from '../checkouts/collect'

/** What is known of the checkouts of this window. */
type Known = { readonly all: readonly Detection[]; readonly selected: Detection | undefined }

/**
 * The folder that a stage which goes on from a run works in: the run's checkout, or where it was started. Where that is
 * gone, since it was renamed or the run comes from another machine, it is the checkout that the run lies in, else the
 * selected one.
 */
export function rootOfRun({ runDir, manifest }: StoredRun, { all, selected }: Known): string {
  const root = manifest.checkout?.root ?? manifest.cwd
  if (existsSync(root)) return root
  return (checkoutOf(all, runDir) ?? selected)?.root ?? root
}
