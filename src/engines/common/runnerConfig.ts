import { mkdir } from 'node:fs/promises'
import { writeFileAtomically } from '../../core/disk/writeFileAtomically'
import { runFiles } from '../../runs/store'

/**
 * Writes `slim/runner.json`, what the engine's process is told; returns its path. The folder of a run that goes on
 * may be one that the release's own train.py made, which has no `slim/` yet.
 */
export async function writeRunnerConfig(runDir: string, config: object): Promise<string> {
  const { runnerConfig, slimDir } = runFiles(runDir)
  await mkdir(slimDir, { recursive: true })
  await writeFileAtomically(runnerConfig, `${JSON.stringify(config, null, 2)}\n`)
  return runnerConfig
}
