import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')
/** The program as it is shipped; the suite's global setup has built it. */
export const program = join(root, 'dist/cli.cjs')

export type Answer = { readonly code: number; readonly stdout: string; readonly stderr: string }

export type CallOptions = {
  readonly cwd?: string
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the program to its end, without colours. */
export function slim(args: readonly string[], options: CallOptions = {}): Promise<Answer> {
  const { cwd, stdin, env } = options
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { cwd, env: { ...process.env, NO_COLOR: '1', ...env }, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error ? 255 : 0
        done({ code, stdout, stderr })
      },
    )
    child.stdin?.end(stdin ?? '')
  })
}

/** A folder that is gone after the test. */
export function scratchFolder(): { readonly path: string; readonly dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'yolov5-slim-cli-'))
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) }
}

/** A copy of a stand-in for a YOLOv5 checkout, with the seams of v5.0 (`old`) or v6.2 and later (`new`). */
export function standIn(folder: string, style: 'old' | 'new'): string {
  const path = join(folder, `yolov5-${style}`)
  cpSync(join(root, 'test/fixtures', `standin-${style}`), path, {
    recursive: true,
    filter: (from) => !from.includes('__pycache__'),
  })
  return path
}

export const golden = (name: string): string => join(root, 'test/golden/checkpoints', name)
