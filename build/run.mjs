import { spawnSync } from 'node:child_process'

/** Runs a command to its end; its errors are shown. Throws where it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    // npm is a script there.
    shell: process.platform === 'win32' && command === 'npm',
    ...options,
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error ?? status}`)
}
