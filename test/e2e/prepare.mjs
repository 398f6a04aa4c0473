// What the extension is tested as: the packaged extension, and the extension whose tests run inside VS Code.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { endTree } from './endTree.mjs'

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

/**
 * Runs vitest with the configuration of this folder, in `env` too.
 *
 * @param limit milliseconds after which it is ended, with all that it started; else it has all the time
 * @returns its exit code; undefined where it was ended
 * @throws Error where we are told to end meanwhile, once all that it started has ended
 */
export async function runVitest(config, args, env, limit) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--config', join(folder, config), ...args],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } },
  )
  const waiting = new AbortController()
  const { signal } = waiting
  const endings = [
    once(child, 'exit', { signal }).then(([status]) => ({ status: status ?? 1 })),
    ...['SIGINT', 'SIGTERM'].map((told) => once(process, told, { signal }).then(() => ({ told }))),
    ...(limit === undefined ? [] : [sleep(limit, {}, { signal })]),
  ]
  const { status, told } = await Promise.race(endings)
  waiting.abort()
  if (status === undefined) await endTree(child)
  if (told) throw new Error(`the suite was ended by ${told}`)
  return status
}

export function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}
