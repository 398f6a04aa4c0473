// Starts a run and looks after it, as the command line does: argv is the folder, the name, and the writer's options.
import { writeFileSync } from 'node:fs'
import { updateManifest } from '../../../src/runs/store'
import { startRun } from '../../../src/runs/supervisor'
import { writerLaunch } from '../support/runs'

const [, , folder = '', name = '', options = '{}', told = ''] = process.argv

async function main(): Promise<void> {
  const launch = await writerLaunch(folder, name, JSON.parse(options))
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
