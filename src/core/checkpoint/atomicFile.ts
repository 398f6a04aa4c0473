import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as l10n from '@vscode/l10n'
import { SlimError } from '../errors'

/**
 * Writes `file` through a temporary file beside it: flushed, then renamed. Whatever goes wrong, the target is
 * as it was and the temporary file is gone. Throws `checkpoint/disk-full` and `checkpoint/unwritable`.
 */
export function writeAtomically(
  file: string,
  produce: (write: (bytes: Uint8Array) => void) => void,
): void {
  const target = resolveLink(file)
  refuseSpecial(file, target)
  const suffix = randomBytes(6).toString('hex')
  const temporary = join(dirname(target), `.${basename(target)}.${suffix}.tmp`)
  let descriptor: number | undefined
  try {
    descriptor = openSync(temporary, 'wx', 0o666)
    const fd = descriptor
    const sink = buffered((bytes) => writeFully(fd, bytes))
    produce(sink.write)
    sink.flush()
    fsyncSync(fd)
    closeSync(fd)
    descriptor = undefined
    renameSync(temporary, target)
  } catch (error) {
    discard(descriptor, temporary)
    throw error instanceof SlimError ? error : asWriteError(file, error)
  }
}

/** Renaming over a device or a pipe would replace it by a file. */
function refuseSpecial(file: string, target: string): void {
  const found = statSync(target, { throwIfNoEntry: false })
  if (!found || found.isFile()) return
  throw new SlimError(
    'checkpoint/unwritable',
    l10n.t('{0} is there and is no ordinary file.', file),
    l10n.t('Choose another file to write to.'),
  )
}

/** A link to a checkpoint stays a link; its target is replaced. */
function resolveLink(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

function buffered(write: (bytes: Uint8Array) => void) {
  const buffer = new Uint8Array(1 << 20)
  let used = 0
  const flush = () => {
    if (used > 0) write(buffer.subarray(0, used))
    used = 0
  }
  return {
    flush,
    write: (bytes: Uint8Array) => {
      if (used + bytes.length > buffer.length) flush()
      if (bytes.length > buffer.length) {
        write(bytes)
        return
      }
      buffer.set(bytes, used)
      used += bytes.length
    },
  }
}

function writeFully(descriptor: number, bytes: Uint8Array): void {
  let done = 0
  while (done < bytes.length) done += writeSync(descriptor, bytes, done, bytes.length - done)
}

function discard(descriptor: number | undefined, temporary: string): void {
  try {
    if (descriptor !== undefined) closeSync(descriptor)
  } catch {}
  try {
    unlinkSync(temporary)
  } catch {}
}

function asWriteError(file: string, cause: unknown): SlimError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SlimError(
      'checkpoint/disk-full',
      l10n.t('There is no space left to write {0}; nothing was changed.', file),
      l10n.t('Free some space or choose another folder.'),
      { cause },
    )
  }
  return new SlimError(
    'checkpoint/unwritable',
    l10n.t('{0} can not be written ({1}); nothing was changed.', file, code),
    l10n.t('Check that the folder exists and that you may write to it.'),
    { cause },
  )
}
