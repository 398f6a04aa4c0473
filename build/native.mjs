// Native code of a target, put where the bundles look for it: `dist/node_modules` and `dist/builtin/backends`.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { run } from './run.mjs'
import { targets } from './targets.mjs'

const dawnFolder = 'dist/builtin/backends/webgpu/node_modules/webgpu'

/** Replaces what another target left there. */
export async function putNative(target) {
  await rm('dist/node_modules', { recursive: true, force: true })
  await rm('dist/builtin/backends', { recursive: true, force: true })
  const modules = await runtimeModules(target)
  await cp(modules, 'dist/node_modules', {
    recursive: true,
    filter: (path) => !unused.test(relative(modules, path).replaceAll('\\', '/')),
  })
  for (const file of targets[target].dawn) await putDawn(join('dist', file))
  if (targets[target].dawn.length === 0) return
  for (const file of ['package.json', 'index.js', 'LICENSE.md']) await putDawn(file)
}

/** Types, headers, sources, and the ES modules beside the CommonJS ones that the bundles require. */
const unused = /^\.|\.d\.[cm]?ts$|\.mjs$|\.h$|\.map$|^sharp\/(src|install|lib)(\/|$)/

async function putDawn(file) {
  await cp(join('node_modules/webgpu', file), join(dawnFolder, file))
}

/** A package of the lock file that npm did not bring. */
export class NotFetched extends Error {}

/**
 * The run-time dependencies as npm would install them on the target: versions and checksums are the lock file's, and
 * nothing of them is executed. Kept by lock file, outside the repository.
 *
 * @throws NotFetched where sharp's build for the target is missing: to npm it is optional, and kept it would be missing
 *   for good
 */
export async function runtimeModules(target) {
  const lock = await readFile('package-lock.json')
  const state = createHash('sha256').update(lock).digest('hex').slice(0, 16)
  const folder = join(cacheFolder(), `${target}-${state}`)
  const missingIn = (place) =>
    targets[target].sharp.filter((name) => !existsSync(join(place, 'node_modules', name)))
  if (missingIn(folder).length === 0) return join(folder, 'node_modules')
  const aside = `${folder}.${process.pid}`
  await mkdir(aside, { recursive: true })
  try {
    await writeFile(join(aside, 'package-lock.json'), lock)
    await cp('package.json', join(aside, 'package.json'))
    const system = Object.entries(targets[target].npm).map(([key, value]) => `--${key}=${value}`)
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
    run('npm', ['ci', '--omit=dev', '--ignore-scripts', ...system, ...quiet], { cwd: aside })
    const missing = missingIn(aside)
    if (missing.length > 0) throw new NotFetched(`npm could not fetch ${missing.join(' and ')}`)
    await rm(folder, { recursive: true, force: true })
    await rename(aside, folder)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
  return join(folder, 'node_modules')
}

function cacheFolder() {
  const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  return process.env.YOLOV5_SLIM_PACKAGE_CACHE ?? join(caches, 'yolov5-slim-package')
}
