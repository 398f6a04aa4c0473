import { existsSync } from 'node:fs'
import type { StoredRun } from '../../runs/store'
import type { Checkouts } from '../checkouts/checkouts'
import { checkoutFor } from '../checkouts/collect'

/**
 * The folder that a stage which goes on from a run works in: the run's checkout, or where it was started. Where that is
 * gone, since it was renamed or the run comes from another machine, it is the checkout that the run lies in, else the
 * selected one.
 */
export function rootOfRun(
  { runDir, manifest }: StoredRun,
  checkouts: Pick<Checkouts, 'all' | 'selected'>,
): string {
  const root = manifest.checkout?.root ?? manifest.cwd
  if (existsSync(root)) return root
  return checkoutFor(runDir, checkouts)?.root ?? root
}
