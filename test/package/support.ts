import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'

/** What test/package/run.mjs made. */
export const made = {
  universal: { target: 'universal', file: of('UNIVERSAL'), folder: of('UNIVERSAL_FOLDER') },
  linux: { target: 'linux-x64', file: of('LINUX'), folder: of('LINUX_FOLDER') },
  /** Those of the other platforms, which do not run here. */
  listed: of('LISTED')
    .split(',')
    .filter((target) => target !== '')
    .map((target) => ({ target, file: join(of('WORK'), `${target}.vsix`) })),
  tarball: of('NPM'),
}

function of(name: string): string {
  const value = process.env[`PACKAGE_${name}`]
  if (value === undefined) throw new Error('run this with: npm run test:package')
  return value
}

/** An empty folder, which goes with the packages. */
export function emptyFolder(): string {
  return mkdtempSync(join(of('WORK'), 'empty-'))
}

/** Runs a command to its end, and gives what it printed. Throws with all of it where the command fails. */
export function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  // No backend of the person's own.
  const backends = join(of('WORK'), 'backends')
  mkdirSync(backends, { recursive: true })
  const env = { ...process.env, NO_COLOR: '1', YOLOV5_SLIM_BACKENDS: backends }
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`))
      else resolve(stdout)
    })
  })
}

/** The command line inside an unpacked extension. */
export function slim(extension: string, args: readonly string[], cwd: string): Promise<string> {
  return run(process.execPath, [join(extension, 'dist/cli.cjs'), ...args], cwd)
}
