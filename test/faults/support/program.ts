import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../../..')
/** The program as it is shipped. */
export const program = join(root, 'dist/cli.cjs')
export const baseline = join(root, 'media/sample/baseline.pt')

export type Answer = { readonly code: number; readonly stdout: string; readonly stderr: string }
export type CallOptions = {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** User and group to be. */
  readonly id?: number
}

/** Runs the program to its end, without colours. */
export function slim(args: readonly string[], { cwd, env, id }: CallOptions): Promise<Answer> {
  const as = id === undefined ? {} : { uid: id, gid: id }
  const options = {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    maxBuffer: 64 << 20,
    ...as,
  }
  return new Promise((done) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? 255 : 0
      done({ code, stdout, stderr })
    })
  })
}
