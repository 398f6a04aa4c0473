// A real VS Code from npm packages alone: code-server, which is VS Code's own server and workbench, and the Node that it
// wants. Both lie in a cache outside the repository, by version, and are installed once.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

export const codeServerVersion = '4.139.1'
export const nodeVersion = '24.9.0'
export const tensorBoardVersion = '2.21.0'

/** Where the runtime is kept. */
export function cacheFolder() {
  return (
    process.env.YOLOV5_SLIM_E2E_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'yolov5-slim-e2e')
  )
}

/** Where Chromium is: CHROMIUM, or where Linux distributions put it; undefined when there is none. */
export function findChromium() {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  return [process.env.CHROMIUM, ...places].find((path) => path && existsSync(path))
}

/** The native modules of code-server do not build on this machine: it lacks a compiler, a library or its headers. */
export class NotBuilt extends Error {}

/**
 * Installs what is missing, and says where it is.
 *
 * @throws NotBuilt
 */
export function ensureRuntime(log = console.log) {
  const node = installed(`node-${nodeVersion}`, log, (folder) => {
    npmInstall(folder, `${nodePackage()}@${nodeVersion}`, process.env)
  })
  const nodeFolder = join(node, 'node_modules', nodePackage())
  const codeServer = installed(`code-server-${codeServerVersion}`, log, (folder) => {
    // Its native modules are built against that Node; the package carries the headers.
    npmInstall(folder, `code-server@${codeServerVersion}`, {
      ...process.env,
      PATH: `${join(nodeFolder, 'bin')}${delimiter}${process.env.PATH}`,
      npm_config_nodedir: nodeFolder,
      npm_config_globalconfig: globalNpmConfig(),
      // The outer npm's, if one runs us, tells of the outer Node.
      npm_config_user_agent: undefined,
    })
  })
  return {
    node: join(nodeFolder, 'bin', 'node'),
    entry: join(codeServer, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  }
}

/**
 * Installs TensorBoard for the `python3` of this machine, where it and pip are there.
 *
 * @returns the folder for PYTHONPATH; undefined where it cannot be installed
 */
export function ensureTensorBoard(log = console.log) {
  const { status, stdout } = python(['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])
  if (status !== 0) return undefined
  try {
    return installed(`tensorboard-${tensorBoardVersion}-py${stdout.trim()}`, log, (folder) => {
      const what = ['--target', folder, `tensorboard==${tensorBoardVersion}`]
      const pip = python(['-m', 'pip', 'install', '--quiet', ...what])
      if (pip.status !== 0) throw new Error(pip.stderr.slice(-2000))
    })
  } catch (error) {
    log(`TensorBoard cannot be installed: ${error.message}`)
    return undefined
  }
}

function python(args) {
  return spawnSync('python3', args, { encoding: 'utf8' })
}

function nodePackage() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
}

/** A folder of the cache, made whole or not at all: an install that broke off leaves nothing behind. */
function installed(name, log, install) {
  const folder = join(cacheFolder(), name)
  if (existsSync(join(folder, 'done'))) return folder
  log(`installing ${name} into ${cacheFolder()}; this takes minutes, once`)
  const aside = `${folder}.${process.pid}`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(aside, { recursive: true })
  try {
    install(aside)
    writeFileSync(join(aside, 'done'), '')
    rmSync(folder, { recursive: true, force: true })
    renameSync(aside, folder)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  return folder
}

/** The configuration of all users, which npm looks for beside the Node that runs it. */
function globalNpmConfig() {
  return spawnSync('npm', ['config', 'get', 'globalconfig'], { encoding: 'utf8' }).stdout?.trim()
}

function npmInstall(folder, specifier, env) {
  // In a project of its own: with `--prefix` npm does not read the configuration of all users.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--workspaces=false', '--no-audit', '--no-fund', '--loglevel=error']
  const options = { cwd: folder, env, encoding: 'utf8' }
  const { status, stderr } = spawnSync('npm', [...args, specifier], options)
  if (status === 0) return
  const text = `npm install ${specifier} failed:\n${stderr?.slice(-4000)}`
  // npm's code is that of a package's own script, and a word such as ETARGET or ENOTFOUND for what it cannot fetch.
  throw /^npm (?:error|ERR!) code \d+$/m.test(stderr) ? new NotBuilt(text) : new Error(text)
}
