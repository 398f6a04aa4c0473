import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { RunSnapshot } from '../../runs/snapshot'

/** The run that wrote a pruned checkpoint, whatever links lead to it: a process knows its folder by the real path. */
export async function runOf(
  output: string,
  runs: readonly RunSnapshot[],
): Promise<RunSnapshot | undefined> {
  const wanted = await real(output)
  for (const run of runs) {
    const { pruned } = run.digest.checkpoints
    if (pruned && (await real(resolve(run.runDir, pruned.path))) === wanted) return run
  }
  return undefined
}

const real = (path: string): Promise<string> => realpath(path).catch(() => path)
