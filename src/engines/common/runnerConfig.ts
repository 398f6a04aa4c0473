import { mkdir } from 'node:fs/promises'
import { writeFileAtomically } from '../../core/disk/writeFileAtomically'
import type { RunManifest } from '../../runs/manifest'
import { runFiles, writeManifest } from '../../runs/store'

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

/** The same for a training of ours, and its manifest with it. */
export async function writeRun(
  runDir: string,
  config: { readonly resume: boolean },
  manifest: RunManifest,
): Promise<string> {
  const file = await writeRunnerConfig(runDir, config)
  // That of a run which goes on is written with who starts it, since another may be doing the same.
  if (!config.resume) await writeManifest(runDir, manifest)
  return file
}
