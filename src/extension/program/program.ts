import { spawn } from 'node:child_process'
import { join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import { childLanguage } from '../../runs/language'
import { OutputLines } from '../activity/outputLines'
import { parseProgramError } from './errorText'

/** The graph of YOLOv5x6 takes 3 MB and a second. */
const mostBytes = 256 << 20
const mostMs = 120_000

/**
 * The `yolov5-slim` program that lies in the extension. What reads or writes whole checkpoints, or starts Python
 * to look at it, runs there: the extension host stays free, and a hostile file cannot take it down.
 */
export class Program {
  /** argv of the planner, which the PyTorch runner asks. */
  readonly planner: readonly string[]
  /** argv of the process that waits for a queued run; the run's id and folder are appended. */
  readonly waiter: readonly string[]
  /** The Python runner's entry. */
  readonly runner: string
  /** The built-in engine's entry. */
  readonly builtin: string
  private readonly script: string

  /** @param folder the extension's own */
  constructor(
    readonly folder: string,
    readonly version: string,
  ) {
    this.script = join(folder, 'dist', 'cli.cjs')
    this.runner = join(folder, 'dist', 'runner', 'main.py')
    this.builtin = join(folder, 'dist', 'builtin', 'main.cjs')
    this.planner = [process.execPath, this.script, 'internal-plan']
    this.waiter = [process.execPath, this.script, 'internal-queue']
  }

  /**
   * Runs a command of the program to its end.
   *
   * @param onLine each line of stdout and stderr as it comes
   * @param accepted exit codes that are no failure
   * @param signal asks the program to end, as Ctrl-C would
   * @throws SlimError the one that the program printed, or `program/failed`
   */
  run(
    args: readonly string[],
    cwd: string,
    onLine: (line: string) => void,
    accepted: readonly number[] = [0],
    signal?: AbortSignal,
  ): Promise<void> {
    const child = this.start(args, cwd)
    signal?.addEventListener('abort', () => child.kill('SIGINT'), { once: true })
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

  /**
   * Runs a command of the program that prints JSON, for what has to be read from a file that may be hostile.
   *
   * @returns the value, unchecked
   * @throws SlimError the one that the program printed, `program/failed`, or `program/gave-up` when it printed more
   *   than 256 MB or took longer than two minutes
   */
  json(args: readonly string[], cwd: string): Promise<unknown> {
    const child = this.start(args, cwd)
    const chunks: Buffer[] = []
    const errors: string[] = []
    let size = 0
    let gaveUp = false
    const giveUp = () => {
      gaveUp = true
      child.kill('SIGKILL')
    }
    const timer = setTimeout(giveUp, mostMs)
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > mostBytes) giveUp()
      else chunks.push(chunk)
    })
    const errorLines = new OutputLines()
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errors.push(...errorLines.push(chunk))
      errors.splice(0, Math.max(0, errors.length - 1000))
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        clearTimeout(timer)
        if (gaveUp) reject(tooMuch(args))
        else if (code !== 0) reject(parseProgramError(errors, code))
        else {
          try {
            resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')))
          } catch {
            reject(parseProgramError(errors, code))
          }
        }
      })
    })
  }

  private start(args: readonly string[], cwd: string) {
    // VS Code's own binary is a Node when told so.
    const env = { ...process.env, ...childLanguage(), ELECTRON_RUN_AS_NODE: '1', NO_COLOR: '1' }
    return spawn(process.execPath, [this.script, ...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
  }
}

function tooMuch(args: readonly string[]): SlimError {
  return new SlimError(
    'program/gave-up',
    l10n.t('Reading took too long or gave too much: {0}', args.join(' ')),
    l10n.t('Check that the file is what it should be.'),
  )
}
