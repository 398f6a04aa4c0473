import { spawnSync } from 'node:child_process'

/** The command line is tested as users have it: bundled. */
export function setup(): void {
  const { status } = spawnSync(process.execPath, ['esbuild.config.mjs'], { stdio: 'inherit' })
  if (status !== 0) throw new Error('the build failed')
}
