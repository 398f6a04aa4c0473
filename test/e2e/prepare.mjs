// What the extension is tested as: the packaged extension, and the extension whose tests run inside VS Code.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

export const folder = import.meta.dirname
export const root = resolve(folder, '../..')
export const insideFolder = join(folder, 'inside')

/** Installs this folder's packages and checks its types. */
export function preparePackages() {
  const packages = ['playwright-core', '@vscode/test-electron']
  if (!packages.every((name) => existsSync(join(folder, 'node_modules', name)))) {
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], folder)
  }
  run(join(root, 'node_modules', '.bin', 'tsc'), ['--noEmit', '-p', folder], root)
}

/** Packages the extension as people get it. */
export function packageExtension(vsix) {
  run('npm', ['run', '--silent', 'package', '--', '--out', vsix], root)
}

/** Bundles the tests that run inside VS Code, into `inside/main.cjs`. */
export async function bundleInside() {
  await build({
    ...{ bundle: true, platform: 'node', format: 'cjs', external: ['vscode'] },
    entryPoints: [join(insideFolder, 'main.ts')],
    outfile: join(insideFolder, 'main.cjs'),
  })
}

/** Runs vitest with the configuration of this folder, in `env` too. */
export function runVitest(config, args, env) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', join(folder, config), ...args],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } },
  )
  return status ?? 1
}

export function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}
