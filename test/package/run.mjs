// `npm run test:package`: makes the packages, and tests what is in them. Arguments go to vitest.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from '../../build/run.mjs'
import { unpackZip } from '../../build/zip.mjs'
import { cacheFolder, codeServerVersion, ensureRuntime } from '../e2e/runtime.mjs'

const root = resolve(import.meta.dirname, '../..')
const work = mkdtempSync(join(tmpdir(), 'yolov5-slim-package-'))
try {
  const env = { ...process.env, ...(await packages()), ...codeServer() }
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const config = join(import.meta.dirname, 'vitest.config.ts')
  const args = [vitest, 'run', '--config', config, ...process.argv.slice(2)]
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** The universal VSIX and one for a platform, also unpacked, and the npm package. */
async function packages() {
  const made = { PACKAGE_WORK: work }
  for (const [variable, target] of [
    ['PACKAGE_UNIVERSAL', 'universal'],
    ['PACKAGE_LINUX', 'linux-x64'],
  ]) {
    const file = join(work, `${target}.vsix`)
    console.log(`packaging ${target}`)
    run('npm', ['run', '--silent', 'package', '--', '--target', target, '--out', file], {
      cwd: root,
    })
    await unpackZip(file, join(work, target))
    made[variable] = file
    made[`${variable}_FOLDER`] = join(work, target, 'extension')
  }
  console.log('packaging for npm')
  const folder = join(work, 'npm')
  mkdirSync(folder)
  run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root })
  return { ...made, PACKAGE_NPM: join(folder, readdirSync(folder)[0]) }
}

/** Where `npm run test:e2e` put it. */
function codeServer() {
  if (!existsSync(join(cacheFolder(), `code-server-${codeServerVersion}`, 'done'))) {
    console.log('installing into VS Code: SKIPPED, needs what npm run test:e2e sets up')
    return {}
  }
  const { node, entry } = ensureRuntime()
  return { E2E_NODE: node, E2E_CODE_SERVER: entry }
}
