import { open } from 'node:fs/promises'
import * as l10n from '@vscode/l10n'
import { withoutEscapes } from './escapes'
import type { NewEvent } from './eventLog'
import type { RunExit } from './supervisor'

const tailBytes = 16 << 10
const tailLines = 30

/** The last lines of a file, uncoloured; of a progress bar that overwrites itself, what was left. Empty if missing. */
export async function lastLines(path: string): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path, 'r')
  } catch {
    return ''
  }
  try {
    const { size } = await file.stat()
    const length = Math.min(size, tailBytes)
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length })
    const lines = buffer
      .toString('utf8')
      .split('\n')
      .map((line) => withoutEscapes(line.trimEnd().split('\r').at(-1) ?? ''))
    return lines
      .filter((line) => line !== '')
      .slice(-tailLines)
      .join('\n')
  } finally {
    await file.close()
  }
}

/** Code of the `failed` event that is written for a process which something ended: the run is `interrupted`. */
export const killedCode = 'process/killed'

/** The `failed` event of a process that died without a word: `process/killed` by a signal, else `process/exited`. */
export function silentEnd(exit: RunExit, stderr: string): NewEvent {
  const signal = exit.signal ?? signalOfCode(exit.code) ?? signalInLauncherLog(stderr)
  const how = signal
    ? l10n.t('was ended by {0}', signal)
    : l10n.t('exited with code {0}', exit.code ?? '?')
  return {
    type: 'failed',
    code: signal ? killedCode : 'process/exited',
    text: l10n.t('The training process {0} without reporting an end.', how),
    remedy: remedyFor(signal),
    ...(stderr === '' ? {} : { stderr }),
  }
}

function remedyFor(signal: string | undefined): string {
  switch (signal) {
    case 'SIGKILL':
      return l10n.t(
        'Most often the system killed it for want of memory: use a smaller --batch-size, fewer --workers or no --cache, then continue with --resume.',
      )
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGABRT':
    case 'SIGILL':
    case 'SIGFPE':
      return l10n.t(
        'It crashed in native code: check that torch fits this machine and its driver ("yolov5-slim doctor"), and that shared memory is not full (--workers 0), then continue with --resume.',
      )
    case 'SIGTERM':
    case 'SIGINT':
    case 'SIGHUP':
      return l10n.t('Something outside YOLOv5 Slim ended it; continue with --resume.')
    default:
      return l10n.t('Read its last lines in slim/output.log of the run folder.')
  }
}

/** A shell or launcher in between reports a signal as 128 + its number. */
function signalOfCode(code: number | null): string | undefined {
  const names: Readonly<Record<number, string>> = {
    129: 'SIGHUP',
    130: 'SIGINT',
    134: 'SIGABRT',
    135: 'SIGBUS',
    136: 'SIGFPE',
    137: 'SIGKILL',
    139: 'SIGSEGV',
    143: 'SIGTERM',
  }
  return code === null ? undefined : names[code]
}

/** torch's launcher exits with 1 itself and says in its log what ended the worker. */
function signalInLauncherLog(log: string): string | undefined {
  return /Signal -?\d+ \((SIG[A-Z]+)\) received/.exec(log)?.[1]
}
