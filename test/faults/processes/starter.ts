// Starts a run and looks after it, as the command line does: argv is the folder, the name, the writer's options, and the
// file to be told the run's folder. With `hold` the manifest is locked, so that its process is not named.
import { writeFileSync } from 'node:fs'
import { beginAttempt } from '../../../src/runs/attempt'
import { runFiles, updateManifest } from '../../../src/runs/store'
import { startRun } from '../../../src/runs/supervisor'
import { writerLaunch } from '../support/runs'

const [, , folder = '', name = '', options = '{}', told = '', hold] = process.argv

async function main(): Promise<void> {
  const spec = await writerLaunch(folder, name, JSON.parse(options))
  const launch = { ...spec, manifest: await beginAttempt(spec) }
  if (hold) writeFileSync(`${runFiles(launch.runDir).manifest}.lock`, '')
  writeFileSync(told, launch.runDir)
  const run = await startRun(launch)
  let ended = false
  run.exited.finally(() => {
    ended = true
  })
  // Whoever asks for a stop or renames a run changes its manifest.
  while (!ended)
    await updateManifest(launch.runDir, (manifest) => ({ ...manifest, percent: Math.random() }))
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
