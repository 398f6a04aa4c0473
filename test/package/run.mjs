// `npm run test:package`: makes the packages, and tests what is in them. Arguments go to vitest.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { NotFetched, runtimeModules } from '../../build/native.mjs'
import { run } from '../../build/run.mjs'
import { targets } from '../../build/targets.mjs'
import { unpackZip } from '../../build/zip.mjs'
import { cacheFolder, codeServerVersion, ensureRuntime } from '../e2e/runtime.mjs'

const root = resolve(import.meta.dirname, '../..')
process.chdir(root)
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

/** The universal VSIX and one for a platform, also unpacked, those that are only looked into, and the npm package. */
async function packages() {
  const unpacked = { PACKAGE_UNIVERSAL: 'universal', PACKAGE_LINUX: 'linux-x64' }
  const others = Object.keys(targets).filter((target) => !Object.values(unpacked).includes(target))
  const listed = []
  for (const target of others) {
    if (!(await isFetched(target))) continue
    packageFor(target)
    listed.push(target)
  }
  const made = { PACKAGE_WORK: work, PACKAGE_LISTED: listed.join() }
  for (const [variable, target] of Object.entries(unpacked)) {
    const file = packageFor(target)
    await unpackZip(file, join(work, target))
    made[variable] = file
    made[`${variable}_FOLDER`] = join(work, target, 'extension')
  }
  console.log('packaging for npm')
  const folder = join(work, 'npm')
  mkdirSync(folder)
  run('npm', ['pack', '--silent', '--pack-destination', folder])
  return { ...made, PACKAGE_NPM: join(folder, readdirSync(folder)[0]) }
}

function packageFor(target) {
  const file = join(work, `${target}.vsix`)
  console.log(`packaging ${target}`)
  run('npm', ['run', '--silent', 'package', '--', '--target', target, '--out', file])
  return file
}

/** Whether the registry has what another platform's package carries. */
async function isFetched(target) {
  try {
    await runtimeModules(target)
    return true
  } catch (error) {
    if (!(error instanceof NotFetched)) throw error
    console.log(`packaging ${target}: SKIPPED, needs its native code: ${error.message}`)
    return false
  }
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
