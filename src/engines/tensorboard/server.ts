import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../../core/errors'
import { shellLine } from '../../runs/format/shellLine'
import { findPython, type PythonCandidates } from '../pytorch/python'

export type TensorBoardOptions = {
  readonly python: PythonCandidates
  /** Folder whose event files are shown, those of its subfolders included. */
  readonly logdir: string
  /** Address that it listens on; only this machine by default. */
  readonly host?: string
  /** 0: any that is free. */
  readonly port?: number
  /** Milliseconds that it may take to say where it listens. */
  readonly patience?: number
}

export type TensorBoard = {
  readonly url: string
  readonly logdir: string
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Ends with whoever started it, even one that is killed: that is when the pipe to its stdin closes. */
const script = `
import os, sys, threading
sys.path = [path for path in sys.path if path]
def end_with_starter():
    while os.read(0, 4096):
        pass
    os._exit(0)
threading.Thread(target=end_with_starter, daemon=True).start()
from tensorboard.main import run_main
run_main()
`

/**
 * Starts TensorBoard and waits until it says where it listens.
 *
 * @throws SlimError `python/not-found`, `tensorboard/missing` with the command that installs it, `tensorboard/failed`
 */
export async function startTensorBoard(options: TensorBoardOptions): Promise<TensorBoard> {
  const { logdir, host = '127.0.0.1', port = 0, patience = 90_000 } = options
  const python = await findPython(options.python)
  const settings = [
    ...['--logdir', logdir, '--host', host, '--port', String(port)],
    // A run that was resumed has several event files.
    ...['--reload_multifile', 'true', '--reload_interval', '5'],
  ]
  const child: Child = spawn(python.command, [...python.args, '-c', script, ...settings], {
    // Never the workspace, from which Python would import modules of the same name.
    cwd: tmpdir(),
    env: { ...process.env, PYTHONUNBUFFERED: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const stop = async (): Promise<void> => {
    child.stdin.end()
    const late = setTimeout(() => child.kill('SIGKILL'), 3000)
    await ended
    clearTimeout(late)
  }
  // Ending while we write to it is its right.
  child.stdin.on('error', () => undefined)
  try {
    return { url: await whereItListens(child, patience), logdir, ended, stop }
  } catch (error) {
    await stop()
    throw asFailure(error, shellLine([python.command, ...python.args]))
  }
}

/** The address in `TensorBoard 2.21.0 at http://localhost:6006/ (Press CTRL+C to quit)`. */
export function addressIn(output: string): string | undefined {
  return /TensorBoard \S+ at (https?:\/\/\S+)/.exec(output)?.[1]
}

class Ended extends Error {
  constructor(readonly output: string) {
    super(output)
  }
}

function whereItListens(child: Child, patience: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const late = setTimeout(() => reject(new Ended(output)), patience)
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-20_000)
      const url = addressIn(output)
      if (url === undefined) return
      clearTimeout(late)
      resolve(url)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', (error) => reject(new Ended(error.message)))
    child.once('close', () => {
      clearTimeout(late)
      reject(new Ended(output))
    })
  })
}

/** @param python the interpreter as a shell reads it: what is said is there to be pasted */
function asFailure(error: unknown, python: string): unknown {
  if (!(error instanceof Ended)) return error
  if (/No module named '?tensorboard/.test(error.output)) {
    return new SlimError(
      'tensorboard/missing',
      l10n.t('TensorBoard is not installed for {0}.', python),
      l10n.t('Install it: {0} -m pip install tensorboard', python),
    )
  }
  const last = error.output.trim().split('\n').at(-1) ?? ''
  return new SlimError(
    'tensorboard/failed',
    l10n.t('TensorBoard did not start: {0}', last),
    l10n.t('Try it by hand: {0} -m tensorboard.main --logdir .', python),
    { cause: error },
  )
}
