import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { OutputLines } from '../activity/outputLines'
import { parseProgramError } from './errorText'

/**
 * The `yolov5-slim` program that lies in the extension. What reads or writes whole checkpoints, or starts Python
 * to look at it, runs there: the extension host stays free, and a hostile file cannot take it down.
 */
export class Program {
  /** argv of the planner, which the PyTorch runner asks. */
  readonly planner: readonly string[]
  /** The Python runner's entry. */
  readonly runner: string
  /** The built-in engine's entry. */
  readonly builtin: string
  private readonly script: string

  constructor(
    extensionPath: string,
    readonly version: string,
  ) {
    this.script = join(extensionPath, 'dist', 'cli.cjs')
    this.runner = join(extensionPath, 'dist', 'runner', 'main.py')
    this.builtin = join(extensionPath, 'dist', 'builtin', 'main.cjs')
    this.planner = [process.execPath, this.script, 'internal-plan']
  }

  /**
   * Runs a command of the program to its end.
   *
   * @param onLine each line of stdout and stderr as it comes
   * @param accepted exit codes that are no failure
   * @throws SlimError the one that the program printed, or `program/failed`
   */
  run(
    args: readonly string[],
    cwd: string,
    onLine: (line: string) => void,
    accepted: readonly number[] = [0],
  ): Promise<void> {
    // VS Code's own binary is a Node when told so.
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NO_COLOR: '1' }
    const child = spawn(process.execPath, [this.script, ...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    const errors: string[] = []
    const outLines = new OutputLines()
    const errorLines = new OutputLines()
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      for (const line of outLines.push(chunk)) onLine(line)
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      for (const line of errorLines.push(chunk)) {
        errors.push(line)
        onLine(line)
      }
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        if (code !== null && accepted.includes(code)) resolve()
        else reject(parseProgramError(errors, code))
      })
    })
  }
}
