import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '../..')

export type Answer = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** The program as it is shipped: one bundle with the runner beside it, in a folder of its own. */
export type Program = {
  readonly file: string
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Answer>
  readonly dispose: () => Promise<void>
}

export type RunOptions = {
  readonly cwd?: string
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

export const testVersion = '1.2.3-test'

/** Bundles src/cli as esbuild.config.mjs does. */
export async function bundleProgram(): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'yolov5-slim-cli-'))
  const file = join(folder, 'cli.cjs')
  await build({
    entryPoints: [join(root, 'src/cli/main.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    define: { __VERSION__: JSON.stringify(testVersion) },
    logLevel: 'error',
  })
  await cp(join(root, 'src/engines/pytorch/runner'), join(folder, 'runner'), {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  })
  return {
    file,
    run: (args, options) => runProgram(file, args, options),
    dispose: () => rm(folder, { recursive: true, force: true }),
  }
}

function runProgram(
  file: string,
  args: readonly string[],
  { cwd, stdin, env }: RunOptions = {},
): Promise<Answer> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [file, ...args],
      { cwd, env: { ...process.env, NO_COLOR: '1', ...env }, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error ? 255 : 0
        done({ code, stdout, stderr })
      },
    )
    child.stdin?.end(stdin ?? '')
  })
}
