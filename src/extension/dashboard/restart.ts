import type { RunManifest } from '../../runs/manifest'
import { retryArguments, scriptWords } from '../experiments/relaunch'

/**
 * What opens the form of a sparse training to do a run again with another sr.
 *
 * @param root folder that it works in
 * @param parent folder of the run that it started from
 * @throws SlimError `retry/part` for a run whose own command line is not known
 */
export function restartArguments(
  manifest: RunManifest,
  root: string,
  parent: string | undefined,
  sr: number,
) {
  const isScript = manifest.engine === 'scripts'
  const args = isScript ? scriptWords(manifest).words : retryArguments(manifest).args
  return {
    root,
    again: { args, cwd: manifest.cwd },
    ...(parent === undefined ? {} : { runDir: parent }),
    values: { sr: String(sr) },
  }
}
