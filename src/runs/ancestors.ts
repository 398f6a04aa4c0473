import { dirname, resolve } from 'node:path'
import { listRuns, readManifest, type StoredRun } from './store'

/**
 * The runs that a run descends from, oldest first: looked for beside it and in the checkout that it was started in.
 *
 * @throws SlimError `runs/no-manifest`, `runs/bad-manifest` for the run itself
 */
export async function ancestorsOf(runDir: string): Promise<StoredRun[]> {
  const manifest = await readManifest(runDir)
  if (manifest.parent === undefined) return []
  const byId = new Map<string, StoredRun>()
  const roots = new Set([resolve(runDir, '..', '..', '..'), manifest.checkout?.root ?? ''])
  for (const root of roots) {
    if (root === '') continue
    const { runs } = await listRuns(root, { projects: [dirname(runDir)] })
    for (const run of runs) byId.set(run.manifest.id, run)
  }
  const found: StoredRun[] = []
  const seen = new Set([manifest.id])
  for (let id = manifest.parent as string | undefined; id !== undefined && !seen.has(id); ) {
    seen.add(id)
    const run = byId.get(id)
    if (run) found.unshift(run)
    id = run?.manifest.parent
  }
  return found
}
